// The table of a survey: a row more when it is asked for, and the total while somebody types.

const tabla = document.querySelector(".conceptos tbody");
const total = document.getElementById("total");
const otro = document.getElementById("otro-renglon");

// In cents, so that the sum is exact.
function centavos(texto) {
  const limpio = texto.trim().replace(/[$, ]/g, "");
  return /^-?\d{1,12}(\.\d{1,2})?$/.test(limpio) ? Math.round(Number(limpio) * 100) : 0;
}

function sumar() {
  const suma = [...tabla.querySelectorAll(".importe input")].reduce((hasta, caja) => hasta + centavos(caja.value), 0);
  const pesos = (suma / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  total.textContent = `$${pesos}`;
}

function agregar() {
  const numero = tabla.rows.length;
  const renglon = tabla.rows[numero - 1].cloneNode(true);
  for (const caja of renglon.querySelectorAll("input")) {
    caja.name = caja.name.replace(/\d+/, numero);
    caja.setAttribute("aria-label", caja.getAttribute("aria-label").replace(/\d+$/, numero + 1));
    caja.value = "";
  }
  tabla.append(renglon);
  renglon.querySelector("input").focus();
}

tabla.addEventListener("input", sumar);
if (otro) {
  otro.hidden = false;
  otro.addEventListener("click", agregar);
}
