// Whoever chooses a file sees what it would do at once: that writes nothing.

const formulario = document.getElementById("subir");
formulario?.elements.archivo.addEventListener("change", (suceso) => {
  if (suceso.target.files.length) formulario.requestSubmit();
});

// A second click does nothing: the first is on its way.
const boton = document.querySelector("#importar [type=submit]");
boton?.form.addEventListener("submit", () => { boton.disabled = true; });
addEventListener("pageshow", () => { if (boton) boton.disabled = false; });
