// The line of time is filtered as soon as a person chooses.
for (const filtro of document.querySelectorAll(".filtro-de-linea")) {
  filtro.addEventListener("change", () => filtro.requestSubmit());
  filtro.querySelector("button").hidden = true;
}
