-- The HTTP requests of one scenario, for wrk: wrk -s wrk.lua URL -- METHOD PATH BODY EXPEDIENTES TURN
-- In PATH, BODY and the headers, {clave} is the key of an expediente taken at random, and {unico} is a text that never comes twice
-- in a turn. {en_turno} is the key of each of the first 2,000 expedientes, again and again, and {siguiente} is a state
-- that this expediente isn't in.
local metodo, ruta, cuerpo, expedientes, turno
local cambian = {}
local cuenta, vuelta, en_ronda = 0, 0, 2000
local estados = { "Restauracion", "Pendiente_de_salida", "Salida", "Ingreso" }

function init(args)
  metodo, ruta, cuerpo, expedientes, turno = args[1], args[2], args[3], tonumber(args[4]), args[5]
  en_ronda = math.min(en_ronda, expedientes)
  math.randomseed(tonumber(turno))
  for nombre, valor in pairs(wrk.headers) do
    if valor:find("{%a") then cambian[nombre] = valor end
  end
end

local function poner(texto)
  texto = texto:gsub("{clave}", function() return string.format("B-%07d", math.random(0, expedientes - 1)) end)
  texto = texto:gsub("{en_turno}", string.format("B-%07d", vuelta % en_ronda))
  texto = texto:gsub("{siguiente}", estados[math.floor(vuelta / en_ronda) % 4 + 1])
  return (texto:gsub("{unico}", function()
    cuenta = cuenta + 1
    return turno .. "-" .. cuenta
  end))
end

function request()
  for nombre, valor in pairs(cambian) do
    wrk.headers[nombre] = poner(valor)
  end
  local peticion = wrk.format(metodo, poner(ruta), nil, cuerpo ~= "" and poner(cuerpo) or nil)
  vuelta = vuelta + 1
  if not (ruta .. cuerpo):find("{%a") and not next(cambian) then  -- it never changes: the cores are for the servers
    request = function() return peticion end
  end
  return peticion
end

function done(summary, latency, requests)
  local errores = summary.errors
  local campos = {
    peticiones = summary.requests,
    us = summary.duration,
    bytes = summary.bytes,
    p50 = latency:percentile(50),
    p95 = latency:percentile(95),
    p99 = latency:percentile(99),
    malas = errores.status,
    caidas = errores.connect + errores.read + errores.write + errores.timeout,
  }
  local partes = {}
  for nombre, valor in pairs(campos) do
    partes[#partes + 1] = string.format("\"%s\": %d", nombre, valor)
  end
  io.write("RESULTADO {" .. table.concat(partes, ", ") .. "}\n")
end
