// What has changed in the boxes and beside the arrows of the flow, every two seconds: only their texts, never the drawing.
"use strict";
(() => {
  const flow = document.querySelector("[data-flow]");
  if (!flow) return;
  const source = new EventSource(flow.dataset.flow);
  source.onmessage = (event) => {
    for (const [name, [...texts]] of Object.entries(JSON.parse(event.data))) {
      const tone = texts.pop();
      const of = name.includes(">") ? "arrow" : "box";
      for (const one of document.querySelectorAll(`[data-${of}="${CSS.escape(name)}"]`)) {
        texts.forEach((text, line) => {
          const place = one.querySelector(`[data-line="${line}"]`);
          if (place.textContent !== text) place.textContent = text;
        });
        const label = one.getAttribute("aria-label");
        if (label) {  // what is read aloud is what is seen, without its signs
          const said = texts.filter(Boolean).map((text) => text.replace(/^[✓!✗] /, ""));
          one.setAttribute("aria-label", [label.split(". ")[0], said.join(", ")].filter(Boolean).join(". "));
        }
        one.classList.remove("good", "warn", "bad");
        if (tone) one.classList.add(tone);
      }
    }
  };
  window.addEventListener("pagehide", () => source.close());
})();
