// The speaker's window: this slide and the next one, the notes, and how long it has been.
// It is made of the deck's own elements, so that it works for a deck that is a file.
const speaker = { window: null, since: null };

speaker.open = () => {
  if (speaker.window && !speaker.window.closed) return speaker.window.focus();
  speaker.since = Date.now();
  speaker.window = window.open("", "speaker", "width=1180,height=760");
  if (!speaker.window) return alert("The browser kept the speaker's window from opening. Allow pop-ups for this page, and press s again.");
  const page = speaker.window.document;
  page.documentElement.lang = "en";
  page.title = `Speaker: ${document.title}`;
  page.body.className = "speaker";
  page.head.append(...[...document.querySelectorAll("head style")].map((style) => style.cloneNode(true)));
  page.body.innerHTML = `<div class="reveal now" inert></div><div class="reveal next" inert></div>
    <p class="clock"></p><main class="said" tabindex="0"></main>`;
  speaker.window.addEventListener("keydown", (event) => {
    if (["ArrowRight", "PageDown", " "].includes(event.key)) Reveal.next();
    else if (["ArrowLeft", "PageUp"].includes(event.key)) Reveal.prev();
    else return;
    event.preventDefault();
  });
  speaker.show();
};

speaker.show = () => {
  if (!speaker.window || speaker.window.closed) return;
  const page = speaker.window.document;
  const slides = Reveal.getSlides();
  const at = slides.indexOf(Reveal.getCurrentSlide());
  const copy = (slide) => (slide ? [page.importNode(slide.querySelector(".box"), true)] : []);
  page.querySelector(".now").replaceChildren(...copy(slides[at]));
  page.querySelector(".next").replaceChildren(...copy(slides[at + 1]));
  const notes = slides[at].querySelector("aside.notes");
  page.querySelector(".said").innerHTML = notes ? notes.innerHTML : "<p>No notes for this slide.</p>";
  speaker.tick();
};

speaker.tick = () => {
  if (!speaker.window || speaker.window.closed) return;
  const seconds = Math.floor((Date.now() - speaker.since) / 1000);
  const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const gone = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  speaker.window.document.querySelector(".clock").textContent =
    `slide ${Reveal.getSlidePastCount() + 1} of ${Reveal.getTotalSlides()} · ${gone} gone · ${time}`;
};

for (const event of ["slidechanged", "fragmentshown", "fragmenthidden"]) Reveal.on(event, speaker.show);
setInterval(speaker.tick, 1000);
addEventListener("pagehide", () => speaker.window && speaker.window.close());
