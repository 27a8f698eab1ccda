// What scrolls sideways can be reached by keyboard, as long as it does scroll.
const boxes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
const scrolling = ".highlight pre, .formula, .cell_output .output, .pst-scrollable-table-container";
for (const box of document.querySelectorAll(scrolling)) boxes.observe(box);

// The theme's buttons that unfold a part of the table of contents have no name.
for (const button of document.querySelectorAll("nav summary")) {
  const page = button.closest("li").querySelector("a").textContent.trim();
  button.setAttribute("aria-label", `pages under ${page}`);
}

// On narrow screens the columns are menus: a link closes its menu, so that one sees where it leads;
// without one, the keyboard goes on where it opened the menu.
for (const [side, name] of [["primary", "All pages"], ["secondary", "On this page"]]) {
  const menu = document.getElementById(`pst-${side}-sidebar-modal`);
  menu?.setAttribute("aria-label", name);
  menu?.addEventListener("click", ({ target }) => {
    if (target.closest("a")) menu.close("followed");
  });
  menu?.addEventListener("close", () => {
    if (menu.returnValue !== "followed") document.querySelector(`.${side}-toggle`).focus();
    menu.returnValue = "";
  });
}

// On paper all is dark on light, whatever it is on the screen.
const { dataset } = document.documentElement;
let onScreen;
addEventListener("beforeprint", () => {
  onScreen = dataset.theme;
  dataset.theme = "light";
});
addEventListener("afterprint", () => {
  dataset.theme = onScreen;
});

// An excerpt of a page that was found is of its text, without the buttons and menus around it.
if (typeof Search !== "undefined") {
  const toText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const text = page.querySelector("article");
    page.querySelector("main").replaceChildren(text);
    return toText(page.documentElement.outerHTML, anchor);
  };
}
