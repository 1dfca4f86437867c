-- One scenario of requests for wrk: wrk -s carga.lua URL -- METHOD PATH BODY FILES TURN
-- In PATH and BODY, {clave} is the key of a file taken at random, {unico} never comes twice in a turn.
local metodo, ruta, cuerpo, expedientes, turno
local cuenta = 0

function init(args)
  metodo, ruta, cuerpo, expedientes, turno = args[1], args[2], args[3], tonumber(args[4]), args[5]
  math.randomseed(tonumber(turno))
end

local function poner(texto)
  texto = texto:gsub("{clave}", function() return string.format("B-%07d", math.random(0, expedientes - 1)) end)
  return (texto:gsub("{unico}", function()
    cuenta = cuenta + 1
    return turno .. "-" .. cuenta
  end))
end

function request()
  return wrk.format(metodo, poner(ruta), nil, cuerpo ~= "" and poner(cuerpo) or nil)
end

function done(summary, latency, requests)
  local errores = summary.errors
  io.write(string.format(
    "RESULTADO {\"peticiones\": %d, \"us\": %d, \"p50\": %d, \"p95\": %d, \"p99\": %d, \"malas\": %d, \"caidas\": %d}\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99), errores.status,
    errores.connect + errores.read + errores.write + errores.timeout))
end
