"""What is asked of the server: each scenario is one kind of request, over files taken at random."""

import json
from dataclasses import dataclass, field

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
EN_INGRESO = "UPDATE expediente SET estado = 'Ingreso' WHERE no_siniestro < 'B-0000200'"


@dataclass(frozen=True)
class Escenario:
    nombre: str
    ruta: str
    metodo: str = "GET"
    cuerpo: dict | None = None
    conexiones: int = 16
    contra: bool = False  # the hand-written server has it too
    headers: dict = field(default_factory=dict)
    antes: str = ""  # SQL, before each turn

    @property
    def texto(self) -> str:
        return json.dumps(self.cuerpo, ensure_ascii=False) if self.cuerpo else ""


def escenarios(*, cursor_hondo: str, pagina_honda: str, etag: str, sesion: str) -> list[Escenario]:
    """`cursor_hondo` and `pagina_honda`: the middle of the list, for the API and the admin. `etag`: of B-0000001.
    `sesion`: the cookie of who is in the admin."""
    api, admin = "/api/expedientes", "/admin/expedientes/expediente/"
    dos_campos, estado = {"color": "azul", "tecnico": "Raúl"}, {"estado": "{siguiente}"}
    persona = {"headers": {"Cookie": f"sessionid={sesion}"}, "conexiones": 1}
    return [
        Escenario("leer uno", f"{api}/{{clave}}", contra=True),
        Escenario("leer uno, If-None-Match → 304", f"{api}/B-0000001", headers={"If-None-Match": etag}),
        Escenario("página de 50", f"{api}?por_pagina=50", contra=True),
        Escenario("página de 50, honda", f"{api}?por_pagina=50&cursor={cursor_hondo}"),
        Escenario("lista de 1,000", f"{api}?por_pagina=1000", contra=True),
        Escenario("lista completa", api, conexiones=2, contra=True),
        Escenario("buscar «ávi», una conexión", f"{api}?q=%C3%A1vi&por_pagina=50", conexiones=1),
        Escenario("crear", api, "POST", NUEVO, contra=True),
        Escenario("actualizar dos campos", f"{api}/{{clave}}", "PUT", dos_campos, contra=True),
        Escenario("cambiar el estado", f"{api}/{{en_turno}}/estado", "PATCH", estado, antes=EN_INGRESO),
        Escenario("crear una solicitud", "/solicitud", "POST", SOLICITUD),
        Escenario("página de solicitudes", "/solicitud?por_pagina=50"),
        Escenario("admin: lista", admin, **persona),
        Escenario("admin: lista, honda", f"{admin}?p={pagina_honda}", **persona),
        Escenario("admin: buscar una clave", f"{admin}?q=B-0000123", **persona),
        Escenario("admin: buscar sin resultado", f"{admin}?q=zzzqqq", **persona),
        Escenario("admin: filtro por estado", f"{admin}?estado__exact=Salida", **persona),
    ]
