// The places of a solicitud: rows that people add, take away and move, by dragging or with the arrows.
const grupo = document.querySelector(".lugares");
const lista = grupo?.querySelector(".paradas");

const llano = (texto) => texto.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
const visibles = () => [...lista.querySelectorAll(".parada:not(.quitada)")];
const caja = (fila, campo) => fila.querySelector(`[name$="-${campo}"]:not([name^="initial-"])`);
const decir = (texto) => { grupo.querySelector("[role=status]").textContent = texto; };
const nombreDe = (fila) => caja(fila, "lugar").value.trim() || "este lugar";

// What depends on the place of each row: its number, and that nobody returns from the origin.
function numerar() {
  const filas = visibles();
  const origen = filas.length ? caja(filas[0], "lugar").value.trim() : "";
  filas.forEach((fila, i) => {
    caja(fila, "orden").value = i;
    fila.classList.toggle("es-origen", i === 0);
    caja(fila, "hora_retorno").disabled = i === 0;
    fila.querySelector(".origen").textContent = origen ? `a ${origen}` : "al origen";
    fila.querySelector(".asa").setAttribute("aria-label", `Mover ${nombreDe(fila)}, lugar ${i + 1} de ${filas.length}`);
  });
}

// A part of a name that only one place has stands for it.
function completar(entrada) {
  const palabras = llano(entrada.value).split(/\s+/).filter(Boolean);
  if (!palabras.length) return;
  const nombres = [...document.querySelectorAll("#lugares-ofrecidos option")].map((opcion) => opcion.value);
  const exacto = nombres.find((nombre) => llano(nombre) === palabras.join(" "));
  const parecidos = nombres.filter((nombre) => palabras.every((palabra) => llano(nombre).includes(palabra)));
  const hallado = exacto ?? (parecidos.length === 1 ? parecidos[0] : null);
  if (hallado) entrada.value = hallado;
  if (hallado) {
    entrada.removeAttribute("aria-invalid");
  } else {
    entrada.setAttribute("aria-invalid", "true");
    decir(parecidos.length ? `Hay ${parecidos.length} lugares así: elija uno de la lista.` : "No hay ningún lugar así.");
  }
}

function agregar() {
  const total = grupo.querySelector(`[name="${lista.dataset.prefijo}-TOTAL_FORMS"]`);
  const molde = grupo.querySelector("template").innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  lista.insertAdjacentHTML("beforeend", molde);
  preparar(lista.lastElementChild);
  numerar();
  caja(lista.lastElementChild, "lugar").focus();
}

// A row of before is marked to be taken away; a new one is left empty, which is as good as none.
function quitar(fila) {
  const nombre = nombreDe(fila);
  const marca = fila.querySelector('[name$="-DELETE"]');
  const clave = caja(fila, "id");
  if (clave?.value) marca.checked = true;
  else fila.querySelectorAll(".casillas input").forEach((entrada) => { entrada.value = ""; });
  fila.classList.add("quitada");
  numerar();
  decir(`Se quitó ${nombre}.`);
  (visibles()[0]?.querySelector(".asa") ?? grupo.querySelector(".agregar button")).focus();
}

function mover(fila, hacia) {
  const filas = visibles();
  const i = filas.indexOf(fila) + hacia;
  if (i < 0 || i >= filas.length) return;
  if (hacia < 0) filas[i].before(fila);
  else filas[i].after(fila);
  numerar();
  fila.querySelector(".asa").focus();
  decir(`${nombreDe(fila)} es ahora el lugar ${i + 1} de ${filas.length}.`);
}

// The row follows the pointer: it goes before the first row whose middle is below, or after all of them.
function arrastrar(fila, evento) {
  const asa = evento.currentTarget;
  asa.setPointerCapture(evento.pointerId);
  fila.classList.add("en-el-aire");
  const seguir = ({ clientY }) => {
    const otras = visibles().filter((otra) => otra !== fila);
    const debajo = otras.find((otra) => {
      const { top, height } = otra.getBoundingClientRect();
      return clientY < top + height / 2;
    });
    if (debajo) debajo.before(fila);
    else otras.at(-1)?.after(fila);
  };
  const soltar = () => {
    asa.removeEventListener("pointermove", seguir);
    fila.classList.remove("en-el-aire");
    numerar();
  };
  asa.addEventListener("pointermove", seguir);
  asa.addEventListener("pointerup", soltar, { once: true });
  asa.addEventListener("pointercancel", soltar, { once: true });
}

// Enter in the name of a place goes on to the next place, and doesn't save.
function seguirAlSiguiente(fila, evento) {
  if (evento.key !== "Enter") return;
  evento.preventDefault();
  completar(evento.target);
  numerar();
  const siguiente = visibles()[visibles().indexOf(fila) + 1];
  if (siguiente) caja(siguiente, "lugar").focus();
  else agregar();
}

function preparar(fila) {
  const asa = fila.querySelector(".asa");
  const quita = fila.querySelector(".quitar button");
  asa.hidden = false;
  asa.addEventListener("pointerdown", (evento) => arrastrar(fila, evento));
  asa.addEventListener("keydown", (evento) => {
    const hacia = { ArrowUp: -1, ArrowDown: 1 }[evento.key];
    if (hacia) {
      evento.preventDefault();
      mover(fila, hacia);
    }
  });
  caja(fila, "lugar").addEventListener("change", (evento) => {
    completar(evento.target);
    numerar();
  });
  caja(fila, "lugar").addEventListener("keydown", (evento) => seguirAlSiguiente(fila, evento));
  if (quita) {
    quita.hidden = false;
    quita.addEventListener("click", () => quitar(fila));
    fila.querySelector(".quitar label").hidden = true;
  }
}

if (lista) {
  visibles().forEach(preparar);
  numerar();
  grupo.querySelector(".con-asas").hidden = false;
  const boton = grupo.querySelector(".agregar button");
  boton.hidden = false;
  boton.addEventListener("click", agregar);
}
