// The pieces of an answer as they come. A broken connection goes on behind the last piece (Last-Event-ID).
const answer = document.querySelector("#answer[data-events]");
if (answer) {
  let seen = Number(answer.dataset.seen);
  const events = new EventSource(answer.dataset.events);
  events.addEventListener("part", (event) => {
    const number = Number(event.lastEventId);
    if (number <= seen) return;
    seen = number;
    answer.insertAdjacentHTML("beforeend", event.data);
  });
  events.addEventListener("over", () => events.close());
}
