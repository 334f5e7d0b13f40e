// Small things that HTML alone does not do. No inline handlers: the page's policy forbids them.
document.addEventListener("htmx:response:error", tell);
document.addEventListener("htmx:error", tell);

// The menu is one line, also on a phone: the section that is open is in sight.
addEventListener("DOMContentLoaded", () =>
  document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }));

function tell(event) {
  const notice = document.getElementById("notice");
  const text = event.detail?.ctx?.text;
  notice.textContent = text && text.length < 300 && !text.startsWith("<") ? text : "Не получилось. Обновите страницу.";
}
