// Whoever chooses a file sees what it would do at once: that writes nothing.

const formulario = document.getElementById("subir");
formulario?.elements.archivo.addEventListener("change", (suceso) => {
  if (suceso.target.files.length) formulario.requestSubmit();
});
