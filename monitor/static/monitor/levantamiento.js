// The table of a survey: a row more when it is asked for, and the total while somebody types.

const tabla = document.querySelector(".conceptos tbody");
const total = document.getElementById("total");
const otro = document.getElementById("otro-renglon");

// An amount as the server reads it (`monitor.textos.amount`): a comma only comes before each three digits.
const IMPORTE = /^(-?) ?\$? ?((?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d{1,2})?)$/;

// In cents, so that the sum is exact; null for what isn't an amount.
function centavos(texto) {
  const leido = texto.trim().match(IMPORTE);
  const limpio = leido && leido[1] + leido[2].replace(/,/g, "");
  return leido && /^-?\d{1,12}(\.|$)/.test(limpio) ? Math.round(Number(limpio) * 100) : null;
}

function sumar() {
  let suma = 0;
  for (const caja of tabla.querySelectorAll(".importe input")) {
    const importe = centavos(caja.value);
    suma += importe ?? 0;
    if (importe === null && caja.value.trim()) caja.setAttribute("aria-invalid", "true");
    else caja.removeAttribute("aria-invalid");
  }
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
    caja.removeAttribute("aria-invalid");
  }
  tabla.append(renglon);
  renglon.querySelector("input").focus();
}

sumar(); // a page that comes back shows what wasn't understood
tabla.addEventListener("input", sumar);
if (otro) {
  otro.hidden = false;
  otro.addEventListener("click", agregar);
}
