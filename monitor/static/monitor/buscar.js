// The key «/» leads to the search box of every page, unless somebody is writing.
const caja = document.getElementById("buscar-en-todo");
const escribiendo = (lugar) => lugar.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(lugar.tagName);

document.addEventListener("keydown", (tecla) => {
  if (tecla.key !== "/" || tecla.ctrlKey || tecla.metaKey || tecla.altKey || escribiendo(tecla.target)) return;
  tecla.preventDefault();
  caja.focus();
  caja.select();
});
