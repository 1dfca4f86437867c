// The checklist: a mark is taken off by pressing it again, and the signature is drawn with a finger.

for (const marca of document.querySelectorAll(".marcas input")) {
  marca.parentElement.addEventListener("pointerdown", () => { marca.dataset.estaba = marca.checked; });
  marca.addEventListener("click", () => {
    if (marca.dataset.estaba === "true") marca.checked = false;
    marca.dataset.estaba = "false";
  });
}

const lienzo = document.getElementById("firma");
const guardada = document.querySelector("[name=firma]");
const borrar = document.getElementById("borrar-firma");
const pluma = lienzo.getContext("2d");
let dibujando = false;

function donde(suceso) {
  const caja = lienzo.getBoundingClientRect();
  const escala = lienzo.width / caja.width;
  return [(suceso.clientX - caja.left) * escala, (suceso.clientY - caja.top) * escala];
}

// What was signed is sent only when somebody signed or erased here.
function guardar(firma) {
  guardada.value = firma;
  if (guardada.form.elements.firma_cambiada) return;
  const cambiada = document.createElement("input");
  Object.assign(cambiada, { type: "hidden", name: "firma_cambiada", value: "si" });
  guardada.form.append(cambiada);
}

function empezar(suceso) {
  dibujando = true;
  lienzo.setPointerCapture(suceso.pointerId);
  Object.assign(pluma, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#10243a" });
  pluma.beginPath();
  pluma.moveTo(...donde(suceso));
}

function seguir(suceso) {
  if (!dibujando) return;
  pluma.lineTo(...donde(suceso));
  pluma.stroke();
}

function terminar() {
  if (!dibujando) return;
  dibujando = false;
  guardar(lienzo.toDataURL("image/png"));
}

// The server makes the drawing, the same that it prints.
if (lienzo.dataset.dibujo) {
  const antes = new Image();
  antes.addEventListener("load", () => {
    const escala = Math.min(lienzo.width / antes.width, lienzo.height / antes.height);
    pluma.drawImage(antes, 0, 0, antes.width * escala, antes.height * escala);
  });
  antes.src = lienzo.dataset.dibujo;
}
if (borrar) {
  lienzo.addEventListener("pointerdown", empezar);
  lienzo.addEventListener("pointermove", seguir);
  lienzo.addEventListener("pointerup", terminar);
  lienzo.addEventListener("pointercancel", terminar);
  borrar.addEventListener("click", () => {
    pluma.clearRect(0, 0, lienzo.width, lienzo.height);
    document.getElementById("firma-escrita")?.remove();
    guardar("");
  });
}
