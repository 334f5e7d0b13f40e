// What has changed in the boxes of the flow, every two seconds: only their texts, never the drawing.
"use strict";
(() => {
  const flow = document.querySelector("[data-flow]");
  if (!flow) return;
  const source = new EventSource(flow.dataset.flow);
  source.onmessage = (event) => {
    for (const [name, [now, usual, state, tone]] of Object.entries(JSON.parse(event.data))) {
      for (const box of document.querySelectorAll(`[data-box="${CSS.escape(name)}"]`)) {
        [now, usual, state].forEach((text, line) => {
          const place = box.querySelector(`[data-line="${line}"]`);
          if (place.textContent !== text) place.textContent = text;
        });
        box.setAttribute("class", tone);
      }
    }
  };
  window.addEventListener("pagehide", () => source.close());
})();
