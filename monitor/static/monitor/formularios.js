// What a person typed in a form of the admin isn't lost: leaving the page warns, and what was sent and couldn't be saved
// comes back.
//
// What is sent stays in this tab (sessionStorage) until a page says that it arrived. When the login or a page of an
// error comes instead, the form is sent again from its own page, to be shown filled and not to be saved (`_revisar`).
// It never leaves the browser before, and only the person who typed it gets it back. Passwords aren't kept.

const LLAVE = "monitor.borrador";
const LARGO = 1_000_000; // characters of what is kept; what is longer isn't
const VUELTAS = 3; // times that it is sent again
const TOKEN = "csrfmiddlewaretoken";

// The id of the person. It is empty on the login and on the pages of errors.
const persona = document.querySelector("meta[name=borrador]").content;
const marcas = [...document.querySelectorAll("[data-borrador]")].map((marca) => ({
  forma: marca.closest("form"),
  sinGuardar: Boolean(marca.dataset.borrador),
}));
const alAbrir = new Map();
let enviando = false;

function camposDe(forma) {
  const secretos = new Set([TOKEN, ...[...forma.querySelectorAll("[type=password]")].map((campo) => campo.name)]);
  return [...new FormData(forma)].filter(([nombre, valor]) => typeof valor === "string" && !secretos.has(nombre));
}

// --- Leaving ---

function foto(forma) {
  const secretos = [...forma.querySelectorAll("[type=password]")].map((campo) => campo.value);
  return JSON.stringify([camposDe(forma), secretos]);
}

function cambiada({ forma, sinGuardar }) {
  return sinGuardar || alAbrir.get(forma) !== foto(forma);
}

// Other scripts complete the forms until the page has loaded.
addEventListener("load", () => marcas.forEach(({ forma }) => alAbrir.set(forma, foto(forma))));
addEventListener("pageshow", () => { enviando = false; });
addEventListener("beforeunload", (suceso) => {
  if (!enviando && alAbrir.size && marcas.some(cambiada)) suceso.preventDefault();
});

// --- What was sent ---

function sinAncla({ origin, pathname, search }) {
  return origin + pathname + search;
}

function leer() {
  return JSON.parse(sessionStorage.getItem(LLAVE));
}

function olvidar() {
  sessionStorage.removeItem(LLAVE);
}

function guardar(borrador) {
  const texto = JSON.stringify(borrador);
  olvidar();
  if (texto.length <= LARGO) sessionStorage.setItem(LLAVE, texto);
}

addEventListener("submit", (suceso) => {
  if (suceso.target.id === "logout-form") olvidar();
  const marca = marcas.find((una) => una.forma === suceso.target);
  if (!marca || suceso.defaultPrevented) return;
  enviando = true;
  // As an attribute: a field of the form may be called «action».
  const ruta = sinAncla(new URL(marca.forma.getAttribute("action") ?? "", location));
  if (cambiada(marca)) guardar({ persona, ruta, campos: camposDe(marca.forma), vueltas: 0 });
});

function devolver(borrador) {
  guardar({ ...borrador, perdido: false, vueltas: borrador.vueltas + 1 });
  const forma = document.createElement("form");
  forma.method = "post";
  forma.action = borrador.ruta;
  const token = document.querySelector(`[name=${TOKEN}]`).value;
  for (const [nombre, valor] of [...borrador.campos, ["_revisar", "1"], [TOKEN, token]]) {
    const campo = document.createElement("input");
    campo.type = "hidden";
    campo.name = nombre;
    campo.value = valor;
    forma.append(campo);
  }
  document.body.append(forma);
  forma.submit();
}

function avisar(borrador) {
  for (const aviso of document.querySelectorAll("[data-aviso-de-borrador]")) aviso.hidden = false;
  for (const enlace of document.querySelectorAll("[data-vuelta-al-borrador]")) enlace.href = borrador.ruta;
}

function alLlegar(borrador) {
  if (!persona) {
    guardar({ ...borrador, perdido: true });
    avisar(borrador);
  } else if (persona !== borrador.persona || !borrador.perdido || borrador.vueltas >= VUELTAS) {
    olvidar();
  } else if (borrador.ruta === sinAncla(location)) {
    devolver(borrador);
  }
}

const pendiente = leer();
if (pendiente) alLlegar(pendiente);
