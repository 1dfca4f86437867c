// Sends the files that a person takes, chooses or drags, each with its progress, and shows photos whole. Without this
// file the gallery can be seen, and nothing can be added to it.

const VECES = 5; // that a file is sent by itself while the network fails
const ESPERA = 1_000; // milliseconds before the second time; each one waits twice as long
const A_LA_VEZ = 2;
const SIN_RED = "No hay conexión con el servidor";
const RECHAZOS = new Set([400, 413, 415]);
const OTRA_VEZ = new Set([0, 409, 502, 503, 504]);

const galeria = document.getElementById("evidencia");
const soltar = galeria.querySelector(".soltar");
const subidas = galeria.querySelector(".subidas");
const cola = [];
let enviando = 0;
let hechas = 0;

document.querySelectorAll(".con-guion").forEach((parte) => (parte.hidden = false));

// --- Sending ---

// A name for one file, by which the server knows it when it comes again. `randomUUID` needs HTTPS.
const unaClave = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

async function permiso() {
  const cuerpo = new FormData();
  cuerpo.set("csrfmiddlewaretoken", soltar.querySelector("[name=csrfmiddlewaretoken]").value);
  const respuesta = await fetch(galeria.dataset.permiso, { method: "POST", body: cuerpo });
  if (!respuesta.ok || respuesta.redirected) throw new Error("sesion");
  return (await respuesta.json()).token;
}

// The form with a file. The browser's own would have another boundary each time, and then it wouldn't be the same
// request.
function formaDe({ archivo, tipo, clave }) {
  const nombre = archivo.name.replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22");
  const parte = (cabeza) => `--${clave}\r\nContent-Disposition: form-data; ${cabeza}\r\n\r\n`;
  return new Blob([
    `${parte('name="tipo"')}${tipo}\r\n${parte(`name="archivo"; filename="${nombre}"`)}`,
    archivo,
    `\r\n--${clave}--\r\n`,
  ]);
}

function mandar(subida, token) {
  return new Promise((listo) => {
    const peticion = new XMLHttpRequest();
    peticion.open("POST", galeria.dataset.subir);
    peticion.setRequestHeader("Content-Type", `multipart/form-data; boundary=${subida.clave}`);
    peticion.setRequestHeader("Authorization", `Bearer ${token}`);
    peticion.setRequestHeader("Idempotency-Key", subida.clave);
    peticion.upload.onprogress = (avance) => {
      if (avance.lengthComputable) subida.barra.value = avance.loaded / avance.total;
    };
    peticion.onloadend = () => {
      let dicho = {};
      try {
        dicho = JSON.parse(peticion.responseText);
      } catch {}
      listo({ status: peticion.status, error: dicho.error });
    };
    peticion.send(formaDe(subida));
  });
}

async function intentar(subida) {
  try {
    return await mandar(subida, await permiso());
  } catch (error) {
    const sesion = error.message === "sesion" && navigator.onLine;
    return { status: sesion ? 401 : 0, error: sesion ? "Su sesión terminó; entre otra vez en otra pestaña" : SIN_RED };
  }
}

async function enviar(subida) {
  for (let vez = 1; ; vez++) {
    decir(subida, "");
    const { status, error } = await intentar(subida);
    if (status === 201) return terminar(subida);
    if (RECHAZOS.has(status)) return fallar(subida, error, true);
    if (!OTRA_VEZ.has(status) || vez === VECES) return fallar(subida, error ?? SIN_RED, false);
    decir(subida, `${error ?? SIN_RED}; se intenta otra vez…`);
    await new Promise((listo) => setTimeout(listo, ESPERA * 2 ** (vez - 1)));
  }
}

function decir(subida, frase) {
  subida.dicho.textContent = frase;
}

function terminar(subida) {
  hechas++;
  subida.renglon.remove();
}

// Say why a file didn't arrive. What the server refused would be refused again, and is only taken off the list.
function fallar(subida, frase, rechazada) {
  subida.dicho.classList.add("refusa");
  decir(subida, `${frase}.`);
  const boton = document.createElement("button");
  boton.type = "button";
  boton.className = "button";
  boton.textContent = rechazada ? "Quitar" : "Reintentar";
  boton.addEventListener("click", () => {
    if (rechazada) return subida.renglon.remove();
    boton.remove();
    subida.dicho.classList.remove("refusa");
    formar(subida);
  });
  subida.renglon.append(boton);
}

function formar(subida) {
  cola.push(subida);
  seguir();
}

async function seguir() {
  if (enviando >= A_LA_VEZ || !cola.length) return;
  enviando++;
  await enviar(cola.shift());
  enviando--;
  seguir();
  if (!enviando && !cola.length && hechas) await mostrar();
}

function agregar(archivos, tipo) {
  for (const archivo of archivos) {
    const renglon = document.createElement("li");
    const nombre = document.createElement("span");
    const barra = document.createElement("progress");
    const dicho = document.createElement("span");
    nombre.textContent = archivo.name;
    barra.value = 0;
    barra.setAttribute("aria-label", archivo.name);
    renglon.append(nombre, barra, dicho);
    subidas.append(renglon);
    formar({ archivo, tipo, renglon, barra, dicho, clave: unaClave() });
  }
}

// Take the list from the page as it is now. What is being written in the form stays.
async function mostrar() {
  const respuesta = await fetch(location.href, { cache: "no-store" });
  if (!respuesta.ok || respuesta.redirected) return;
  const pagina = new DOMParser().parseFromString(await respuesta.text(), "text/html");
  for (const parte of [".fotos", "#evidencia-titulo"]) {
    const nueva = pagina.querySelector(`#evidencia ${parte}`);
    if (nueva) galeria.querySelector(parte).replaceWith(document.adoptNode(nueva));
  }
  hechas = 0;
}

if (soltar) {
  galeria.addEventListener("change", (evento) => {
    const caja = evento.target.closest("input[type=file]");
    if (!caja) return;
    agregar(caja.files, caja.dataset.tipo);
    subidas.scrollIntoView({ block: "center" });
    caja.value = "";
  });
  // Anywhere on the page: a browser shows a file that nobody takes, and what was written in the form is gone.
  window.addEventListener("dragover", (evento) => {
    if (!evento.dataTransfer.types.includes("Files")) return;
    evento.preventDefault();
    soltar.classList.add("encima");
  });
  window.addEventListener("dragleave", (evento) => {
    if (!evento.relatedTarget) soltar.classList.remove("encima");
  });
  window.addEventListener("drop", (evento) => {
    if (!evento.dataTransfer.files.length) return;
    evento.preventDefault();
    soltar.classList.remove("encima");
    agregar(evento.dataTransfer.files, "evidencia");
    subidas.scrollIntoView({ block: "center" });
  });
  window.addEventListener("beforeunload", (evento) => {
    if (enviando) evento.preventDefault();
  });
}

// --- Seeing ---

const visor = document.getElementById("visor");
const imagenes = () => [...galeria.querySelectorAll('.fotos a[data-imagen="si"]')];
let cual = 0;

function ver(numero) {
  const todas = imagenes();
  cual = (numero + todas.length) % todas.length;
  const enlace = todas[cual];
  const foto = visor.querySelector("img");
  foto.onerror = () => {
    foto.onerror = null;
    foto.src = enlace.querySelector("img").src; // few browsers show HEIC
  };
  foto.src = enlace.href;
  foto.alt = enlace.dataset.nombre;
  const senas = [...enlace.parentElement.querySelectorAll(".senas span")].map((parte) => parte.textContent.trim());
  visor.querySelector(".pie").textContent = [`${cual + 1} de ${todas.length}`, enlace.dataset.nombre, ...senas].join(" · ");
  visor.querySelector("a").href = enlace.href;
  if (!visor.open) visor.showModal();
}

galeria.addEventListener("click", (evento) => {
  const enlace = evento.target.closest('.fotos a[data-imagen="si"]');
  if (!enlace || evento.ctrlKey || evento.metaKey || evento.shiftKey) return;
  evento.preventDefault();
  ver(imagenes().indexOf(enlace));
});
visor.addEventListener("click", (evento) => {
  const { ir, cerrar } = evento.target.dataset;
  if (ir) ver(cual + Number(ir));
  if (cerrar !== undefined || evento.target === visor) visor.close();
});
visor.addEventListener("keydown", (evento) => {
  const paso = { ArrowLeft: -1, ArrowRight: 1 }[evento.key];
  if (paso) ver(cual + paso);
});
visor.addEventListener("close", () => imagenes()[cual]?.focus());
