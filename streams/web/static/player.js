// A time in the minutes or in the transcript plays the recording from there, without a new page.
const player = document.getElementById("player");
if (player) document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-at]");
  if (!link) return;
  event.preventDefault();
  player.currentTime = Number(link.dataset.at);
  player.play().catch(() => {});
});
