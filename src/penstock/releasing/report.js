// Draw each chart from the specification beside it; open folded tables for paper.
for (const holder of document.querySelectorAll(".chart")) {
  const spec = JSON.parse(holder.nextElementSibling.textContent);
  window
    .vegaEmbed(holder, spec, {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      config: CONFIG,
      tooltip: { disableDefaultStyle: true },
    })
    .then(() => {
      holder.style.minHeight = "0";
    })
    .catch((error) => {
      holder.textContent = "This chart could not be drawn: " + error.message;
    });
}
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) {
    folded.open = true;
  }
});
