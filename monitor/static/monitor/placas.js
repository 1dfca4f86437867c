/* Says, as soon as the box of the plates is left, which expedientes have them. It never stands in the way of saving. */

const caja = document.querySelector("#id_placas");
const avisos = document.querySelector("#avisos-de-placas");
const nada = [...avisos.children]; // what the page says while there is nothing to say
let preguntadas = "";

async function preguntar() {
  const placas = caja.value.trim();
  if (placas === preguntadas) return;
  preguntadas = placas;
  const conocidos = placas ? await pedir(placas) : [];
  if (placas !== preguntadas) return; // another answer is on its way
  avisos.replaceChildren(...(conocidos.length ? conocidos.map(renglon) : nada));
}

async function pedir(placas) {
  try {
    const respuesta = await fetch(`${avisos.dataset.ruta}?${new URLSearchParams({ placas })}`);
    return (await respuesta.json()).avisos;
  } catch {
    return []; // the session ended, or the network is down: saving will say so
  }
}

function renglon({ texto, pagina, abierto }) {
  const uno = document.createElement("li");
  uno.className = abierto ? "abierto" : "";
  uno.append(pagina ? enlace(texto, pagina) : texto);
  return uno;
}

function enlace(texto, pagina) {
  const uno = document.createElement("a");
  return Object.assign(uno, { href: pagina, target: "_blank", rel: "noopener", textContent: texto });
}

caja.addEventListener("change", preguntar);
preguntar();
