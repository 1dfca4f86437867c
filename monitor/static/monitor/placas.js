/* Says, as soon as the box of the plates is left, which expedientes have them. It never stands in the way of saving. */

const caja = document.querySelector("#id_placas");
const avisos = document.querySelector("#avisos-de-placas");
let preguntadas = "";

async function preguntar() {
  const placas = caja.value.trim();
  if (placas === preguntadas) return;
  preguntadas = placas;
  const conocidos = placas ? await pedir(placas) : [];
  if (placas === preguntadas) mostrar(conocidos);
}

async function pedir(placas) {
  try {
    const respuesta = await fetch(`${avisos.dataset.ruta}?${new URLSearchParams({ placas })}`);
    return (await respuesta.json()).avisos;
  } catch {
    return []; // the session ended, or the network: saving will say so
  }
}

function mostrar(conocidos) {
  avisos.replaceChildren(...conocidos.map(renglon));
}

function renglon({ texto, pagina, abierto }) {
  const uno = document.createElement("li");
  uno.className = abierto ? "warning" : "info";
  if (pagina) {
    const enlace = document.createElement("a");
    Object.assign(enlace, { href: pagina, target: "_blank", rel: "noopener", textContent: texto });
    uno.append(enlace);
  } else {
    uno.textContent = texto;
  }
  return uno;
}

caja.addEventListener("change", preguntar);
preguntar();
