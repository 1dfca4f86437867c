"""The scenarios of the benchmark: each is one kind of HTTP request, about expedientes taken at random."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import quote

NUEVO = {
    "no_siniestro": "N-{unico}",
    "factura": "F001234",
    "orden": "OT-004321",
    "asesor": "Verónica",
    "fecha_ingreso": "2024-05-17",
    "marca": "Nissan",
    "placas": "ABC-1234",
    "tipo": "Sedán",
    "color": "gris",
    "modelo": "Versa",
    "nombre_cliente": "José Ávila Muñoz",
    "telefono_cliente": "55 1234 5678",
    "correo_cliente": "jose@example.org",
    "vehiculo": "VIN 3N1CN7AD0KL800000",
    "id_aseguradora": 1,
    "doc_orden_admision": True,
}

SOLICITUD = {
    "idUsuarioSolicitante": 1,
    "idDepartamentoSolicitante": 2,
    "idUsuarioAprobador": 2,
    "idTipoPrioridadSolicitud": 2,
    "idTipoServicioSolicitud": 1,
    "asunto": "Transporte de personal a sede central",
    "justificacion": "Reunión de coordinación institucional",
    "cantidadPasajeros": 5,
    "fechaServicioRequerido": "2099-04-15",
    "horaServicioRequerido": "08:00",
    "lugares": [
        {"idLugar": 5, "esOrigen": True, "orden": 0, "descripcion": "Sede central - Salida"},
        {"idLugar": 12, "orden": 1, "horaEstimadaLlegada": "10:30", "descripcion": "Primer destino"},
    ],
}
GZIP = {"Accept-Encoding": "gzip"}
# wrk.lua goes through these expedientes again and again. They are more than the requests at once, so that no request
# finds the state that it sets.
EN_INGRESO = "UPDATE expediente SET estado = 'Ingreso' WHERE no_siniestro < 'B-0002000'"
EL_OTRO_CABE = 200_000  # expedientes; the hand-written server can hold several lists of them in memory


@dataclass(frozen=True)
class Escenario:
    """A kind of HTTP request. `contra_otro`: the hand-written server answers it too. `contra`: the name of another
    scenario of ours to compare with. `por_cursor`: it should cost the same with few expedientes."""

    nombre: str
    ruta: str
    metodo: str = "GET"
    cuerpo: dict | None = None
    conexiones: int = 16
    contra_otro: bool = False
    contra: str = ""
    por_cursor: bool = False
    headers: dict = field(default_factory=dict)
    antes: str = ""  # SQL that runs before each turn; see Servidor.alistar
    largo: int = 1  # so many times longer are the turns of what takes seconds to be answered
    por_bytes: bool = False  # whole answers are so large that few come in a turn: their bytes are counted
    meta: int = 0  # of a page of the admin: the milliseconds that it may take
    logra: str = ""  # of an annex: its goal, for the table
    mib: int = 0  # that go over the wire each time
    estatico: str = ""  # the path by which `python -m http.server` serves the same bytes
    vuelta: Callable | None = None  # in place of wrk: see `clientes`
    tirar: str = ""  # the expediente whose files are thrown away before each turn

    @property
    def grupo(self) -> str:
        """Return what stands before the colon: "admin", "anexos", or "" for the API."""
        return self.nombre.partition(": ")[0] if ": " in self.nombre else ""

    @property
    def texto(self) -> str:
        return json.dumps(self.cuerpo, ensure_ascii=False) if self.cuerpo else ""


def escenarios(*, expedientes: int, posicion: tuple, cursor: str, etag: str, clave: str, sesion: str):
    """Return all the scenarios. `posicion` is the middle of the list, and `cursor` says the same to the API. `etag` is
    of the expediente `clave`. `sesion` is the session cookie of somebody in the admin."""
    api = "/api/expedientes"
    # Each time other values: what stays as it was isn't written.
    dos_campos, estado = {"color": "azul {unico}", "tecnico": "Raúl {unico}"}, {"estado": "{siguiente}"}
    cursores = {"por_cursor": True}
    otro = {"contra_otro": True}
    return [
        Escenario("leer uno", f"{api}/{{clave}}", **otro, **cursores),
        Escenario(
            "leer uno, If-None-Match → 304", f"{api}/{clave}", headers={"If-None-Match": etag}, contra="leer uno"
        ),
        Escenario("página de 50", f"{api}?por_pagina=50", **otro, **cursores),
        Escenario("página de 50, gzip", f"{api}?por_pagina=50", headers=GZIP, contra="página de 50"),
        Escenario("página de 50, honda", f"{api}?por_pagina=50&cursor={cursor}", **cursores),
        Escenario("lista de 1,000", f"{api}?por_pagina=1000", **otro, **cursores),
        Escenario("lista de 1,000, gzip", f"{api}?por_pagina=1000", headers=GZIP, contra="lista de 1,000"),
        Escenario(
            "lista completa", api, conexiones=4, contra_otro=expedientes <= EL_OTRO_CABE, por_bytes=True, largo=3
        ),
        Escenario("buscar «ávi», una conexión", f"{api}?q=%C3%A1vi&por_pagina=50", conexiones=1),
        Escenario("buscar «b-0000123», una conexión", f"{api}?q=b-0000123&por_pagina=50", conexiones=1),
        Escenario("página de solicitudes", "/solicitud?por_pagina=50"),
        *paginas_del_admin(posicion, {"Cookie": f"sessionid={sesion}"}),
        # The last: what they leave, tens of thousands of vehicles that came in today, no workshop has.
        Escenario("crear", api, "POST", NUEVO, **otro),
        Escenario(
            "crear, con Idempotency-Key", api, "POST", NUEVO, contra="crear", headers={"Idempotency-Key": "C-{unico}"}
        ),
        Escenario("actualizar dos campos", f"{api}/{{clave}}", "PUT", dos_campos, **otro),
        Escenario("cambiar el estado", f"{api}/{{en_turno}}/estado", "PATCH", estado, antes=EN_INGRESO),
        Escenario("crear una solicitud", "/solicitud", "POST", SOLICITUD),
    ]


def paginas_del_admin(posicion: tuple, headers: dict) -> list[Escenario]:
    """Return the pages that people look at all day, each with its goal: one person asks for one after another."""
    expedientes, solicitudes = "/admin/expedientes/expediente/", "/admin/solicitudes/solicitud/"
    honda = quote(f"despues:{json.dumps(posicion, separators=(',', ':'))}")
    lunes = date.today() - timedelta(days=date.today().weekday())
    semana = f"fecha_entrega__gte={lunes}&fecha_entrega__lte={lunes + timedelta(days=6)}"
    sin_llegar = {
        "inicio": "/admin/",
        "un expediente": f"{expedientes}B-0000007/change/",
        "lista": expedientes,
        "lista, honda": f"{expedientes}?p={honda}",
        "lista, última página": f"{expedientes}?p=ultima",
        "lista, por días en el estado": f"{expedientes}?o=7",
        "lista, por ingreso, lo más viejo": f"{expedientes}?o=-8",
        "lista, por entrega": f"{expedientes}?o=9",
        "abiertos": f"{expedientes}?taller=abiertos",
        "atrasados, por entrega": f"{expedientes}?taller=atrasados&o=9",
        "entregan esta semana": f"{expedientes}?taller=semana",
        "les falta un documento": f"{expedientes}?taller=documentos",
        "salieron a tiempo": f"{expedientes}?taller=a-tiempo",
        "salieron tarde": f"{expedientes}?taller=tarde",
        "un estado": f"{expedientes}?estados=Salida",
        "un estado, por días en él": f"{expedientes}?estados=Restauracion&o=7",
        "dos estados": f"{expedientes}?estados=Ingreso,Restauracion",
        "una aseguradora, honda": f"{expedientes}?aseguradora__id__exact=2&p={honda}",
        "sin aseguradora (ninguno)": f"{expedientes}?aseguradora__isnull=True",
        "en la nube (ninguno)": f"{expedientes}?ubicacion_almacenamiento__exact=Nube",
        "sin fecha de ingreso": f"{expedientes}?fecha_ingreso__isnull=True",
        "entregas de una semana": f"{expedientes}?{semana}",
        "entregas de una semana, tarde": f"{expedientes}?{semana}&taller=tarde&o=9",
        "buscar una clave": f"{expedientes}?q=B-0000123",
        "buscar «ávila»": f"{expedientes}?q=%C3%A1vila",
        "buscar sin resultado": f"{expedientes}?q=zzzqqq",
        "solicitudes": solicitudes,
        "solicitudes de un mes y un estado": f"{solicitudes}?mes={date.today():%Y-%m}&estado__id__exact=1",
        "buscar una solicitud": f"{solicitudes}?q=personal",
    }
    paginas = [(titulo, ruta, 150) for titulo, ruta in sin_llegar.items()]
    paginas += [("tablero", "/admin/tablero/", 300), ("panel", "/admin/panel/", 300)]
    paginas += [
        (f"caja de buscar: {q}", f"/admin/buscar/?q={quote(q)}", 100)
        for q in ("B-0000123", "ávila", "AJP-1234", "55 1234 5678", "zzzqqq")
    ]
    return [
        Escenario(f"admin: {titulo}", ruta, conexiones=1, headers=headers, meta=meta) for titulo, ruta, meta in paginas
    ]
