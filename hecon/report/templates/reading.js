{
  const nav = document.querySelector("nav details"), folded = [];
  const wide = matchMedia("(min-width: 75rem)");
  const fit = () => { nav.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
  nav.addEventListener("click", event => { if (event.target.closest("a")) fit(); });
  const unfold = () => {
    const target = document.querySelector(":target");
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
  const whole = nav.querySelector("button");
  whole.hidden = false;
  whole.addEventListener("click", () => {
    document.querySelectorAll("main details:not([open])").forEach(each => {
      each.open = true;
      folded.push(each);
    });
    print();
  });
  addEventListener("afterprint", () => folded.splice(0).forEach(each => { each.open = false; }));
}
