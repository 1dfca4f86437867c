// The two main jobs of the API, done with the types that openapi-typescript made: `node jornada.js URL`.
import createClient from "openapi-fetch";

import type { components, paths } from "./esquema.js";

declare const process: { argv: string[] };

type Esquemas = components["schemas"];

const CLAVE = "SIN/2026/Ñ 2";
const url = process.argv[2] ?? "";

function exigir(cierto: boolean, que: string): asserts cierto {
  if (!cierto) throw new Error(que);
}

// A body in an answer that isn't 2xx is in `error`, and then there is no `data`.
function datos<T>(respuesta: { data?: T; error?: unknown }): T {
  exigir(respuesta.data !== undefined, JSON.stringify(respuesta.error));
  return respuesta.data;
}

async function entrar(username: string, password: string, rol: Esquemas["Rol"]) {
  const cuerpo: Esquemas["CredencialesEntrante"] = { username, password };
  const { token, usuario } = datos(await createClient<paths>({ baseUrl: url }).POST("/api/auth/login", { body: cuerpo }));
  exigir(usuario.rol === rol, usuario.rol);
  return createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });
}

type Cliente = Awaited<ReturnType<typeof entrar>>;

async function expediente(maria: Cliente) {
  const path = { no_siniestro: CLAVE };
  const nuevo = { no_siniestro: CLAVE, marca: "Nissan", fecha_ingreso: "2026-03-10", id_aseguradora: 1 };
  datos(await maria.POST("/api/expedientes", { body: nuevo }));
  const cambio: Esquemas["CambioDeEstadoEntrante"] = { estado: "Restauracion" };
  const movido = datos(
    await maria.PATCH("/api/expedientes/{no_siniestro}/estado", { params: { path }, body: cambio }),
  );

  const leido = datos(await maria.GET("/api/expedientes/{no_siniestro}", { params: { path } }));
  exigir(leido.estado === "Restauracion" && leido.historial_estado.length === 2, JSON.stringify(leido));
  const devuelto = datos(await maria.PUT("/api/expedientes/{no_siniestro}", { params: { path }, body: leido }));
  exigir(JSON.stringify(devuelto) === JSON.stringify(movido), JSON.stringify(devuelto));

  const query = { q: "nissan", estado: leido.estado, por_pagina: 1000 };
  const lista = datos(await maria.GET("/api/expedientes", { params: { query } }));
  exigir(lista.some((uno) => uno.no_siniestro === CLAVE), JSON.stringify(lista));
}

async function solicitud(juan: Cliente, maria: Cliente) {
  const nueva: Esquemas["SolicitudEntrante"] = {
    idUsuarioSolicitante: 1,
    idDepartamentoSolicitante: 2,
    idUsuarioAprobador: 3,
    idTipoPrioridadSolicitud: 2,
    idTipoServicioSolicitud: 1,
    asunto: "Transporte de personal a sede central",
    cantidadPasajeros: 5,
    fechaServicioRequerido: new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10),
    horaServicioRequerido: "08:00",
    lugares: [
      { idLugar: 5, orden: 0, esOrigen: true },
      { idLugar: 12, orden: 1 },
    ],
  };
  const creada = datos(await juan.POST("/solicitud", { body: nueva })).data;
  const path = { id: creada.Id };
  const aprobada = datos(
    await maria.POST("/solicitud/{id}/aprobar", { params: { path }, body: { motivo: "Hay unidad" } }),
  ).data;

  const leida = datos(await juan.GET("/solicitud/{id}", { params: { path } })).data;
  exigir(JSON.stringify(leida) === JSON.stringify(aprobada), JSON.stringify(leida));
  exigir(leida.CodigoEstadoActual === "APROBADA", leida.CodigoEstadoActual);

  const query = { codigoEstado: leida.CodigoEstadoActual, por_pagina: 100 };
  const pagina = datos(await juan.GET("/solicitud", { params: { query } })).data;
  exigir(pagina.registros.some((fila) => fila.Id === creada.Id), JSON.stringify(pagina));
}

const juan = await entrar("juan.perez", "taller-norte-27", "Administrador");
const maria = await entrar("maria.gonzalez", "mesa-redonda-58", "Operador");
await expediente(maria);
await solicitud(juan, maria);
