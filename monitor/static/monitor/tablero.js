// Moves the cards of the board, with the mouse or with each card's list of states, and keeps the board as it is at the
// server. Without this file the board can be read.

const CADA = 15_000; // milliseconds between one look at the server and the next

const dicho = document.getElementById("dicho");
let etag = null;
let arrastrada = null;

const tablero = () => document.getElementById("tablero");

function decir(frase, refusa) {
  dicho.textContent = frase;
  dicho.classList.toggle("refusa", refusa);
}

async function refrescar() {
  const respuesta = await fetch(location.href, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
  if (respuesta.status !== 200 || respuesta.redirected) return;
  const pagina = new DOMParser().parseFromString(await respuesta.text(), "text/html");
  const nuevo = pagina.getElementById("tablero");
  if (!nuevo || arrastrada || tablero().contains(document.activeElement)) return;
  etag = respuesta.headers.get("ETag");
  tablero().replaceWith(document.adoptNode(nuevo));
}

async function mover(tarjeta, estado) {
  const datos = new FormData();
  datos.set("no_siniestro", tarjeta.dataset.noSiniestro);
  datos.set("visto", tarjeta.dataset.visto);
  datos.set("estado", estado);
  datos.set("csrfmiddlewaretoken", tablero().querySelector("[name=csrfmiddlewaretoken]").value);
  try {
    const respuesta = await fetch(tablero().dataset.mover, { method: "POST", body: datos });
    const { dicho: hecho, error } = await respuesta.json();
    decir(hecho ?? error, !respuesta.ok);
  } catch {
    decir("No se pudo mover: no hay conexión, o la sesión terminó. Vuelva a cargar la página.", true);
  }
  document.activeElement?.blur();
  etag = null;
  await refrescar().catch(() => {});
}

document.addEventListener("click", (evento) => {
  const tarjeta = evento.target.closest(".pasar button")?.closest(".tarjeta");
  const estado = tarjeta?.querySelector("select").value;
  if (estado) mover(tarjeta, estado);
});

document.addEventListener("dragstart", (evento) => {
  arrastrada = evento.target.closest?.(".tarjeta") ?? null;
});
document.addEventListener("dragend", () => {
  arrastrada = null;
  document.querySelectorAll(".encima").forEach((columna) => columna.classList.remove("encima"));
});
document.addEventListener("dragover", (evento) => {
  const columna = evento.target.closest?.(".columna");
  document.querySelectorAll(".encima").forEach((otra) => otra.classList.toggle("encima", otra === columna));
  if (!arrastrada || !columna) return;
  evento.preventDefault();
  columna.classList.add("encima");
});
document.addEventListener("drop", (evento) => {
  const columna = evento.target.closest?.(".columna");
  const tarjeta = arrastrada;
  arrastrada = null;
  if (!tarjeta || !columna) return;
  evento.preventDefault();
  if (columna !== tarjeta.closest(".columna")) mover(tarjeta, columna.dataset.estado);
});

setInterval(() => document.hidden || refrescar().catch(() => {}), CADA);
