-- One scenario of requests for wrk: wrk -s carga.lua URL -- METHOD PATH BODY FILES TURN
-- In PATH and BODY, {clave} is the key of a file taken at random, {unico} never comes twice in a turn; {en_turno} goes
-- through the first 200 files, over and over, and {siguiente} is a state that the file of the turn isn't in.
local metodo, ruta, cuerpo, expedientes, turno
local cuenta, vuelta = 0, 0
local estados = { "Restauracion", "Pendiente_de_salida", "Salida", "Ingreso" }

function init(args)
  metodo, ruta, cuerpo, expedientes, turno = args[1], args[2], args[3], tonumber(args[4]), args[5]
  math.randomseed(tonumber(turno))
end

local function poner(texto)
  texto = texto:gsub("{clave}", function() return string.format("B-%07d", math.random(0, expedientes - 1)) end)
  texto = texto:gsub("{en_turno}", string.format("B-%07d", vuelta % 200))
  texto = texto:gsub("{siguiente}", estados[math.floor(vuelta / 200) % 4 + 1])
  return (texto:gsub("{unico}", function()
    cuenta = cuenta + 1
    return turno .. "-" .. cuenta
  end))
end

function request()
  local peticion = wrk.format(metodo, poner(ruta), nil, cuerpo ~= "" and poner(cuerpo) or nil)
  vuelta = vuelta + 1
  return peticion
end

function done(summary, latency, requests)
  local errores = summary.errors
  io.write(string.format(
    "RESULTADO {\"peticiones\": %d, \"us\": %d, \"p50\": %d, \"p95\": %d, \"p99\": %d, \"malas\": %d, \"caidas\": %d}\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99), errores.status,
    errores.connect + errores.read + errores.write + errores.timeout))
end
