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
