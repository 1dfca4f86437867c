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


@dataclass(frozen=True)
class Escenario:
    nombre: str
    ruta: str
    metodo: str = "GET"
    cuerpo: dict | None = None
    conexiones: int = 16
    contra: bool = False  # the hand-written server has it too
    headers: dict = field(default_factory=dict)

    @property
    def texto(self) -> str:
        return json.dumps(self.cuerpo, ensure_ascii=False) if self.cuerpo else ""


def escenarios(cursor_hondo: str, etag: str) -> list[Escenario]:
    """`cursor_hondo`: of the middle of the list. `etag`: of the file B-0000001."""
    api = "/api/expedientes"
    return [
        Escenario("leer uno", f"{api}/{{clave}}", contra=True),
        Escenario("leer uno, If-None-Match → 304", f"{api}/B-0000001", headers={"If-None-Match": etag}),
        Escenario("página de 50", f"{api}?por_pagina=50", contra=True),
        Escenario("página de 50, honda", f"{api}?por_pagina=50&cursor={cursor_hondo}"),
        Escenario("lista de 1,000", f"{api}?por_pagina=1000", contra=True),
        Escenario("lista completa", api, conexiones=2, contra=True),
        Escenario("buscar «ávi», una conexión", f"{api}?q=%C3%A1vi&por_pagina=50", conexiones=1),
        Escenario("crear", api, "POST", NUEVO, contra=True),
        Escenario(
            "actualizar dos campos", f"{api}/{{clave}}", "PUT", {"color": "azul", "tecnico": "Raúl"}, contra=True
        ),
    ]
