"""The description of expedientes, their state and their history for OpenAPI."""

from datetime import UTC, date, datetime
from importlib import import_module

from django.conf import settings

from expedientes.anexos import ANEXOS
from expedientes.estados import MISMO_ESTADO, Estado, Ubicacion
from expedientes.evidencias.openapi import EJEMPLO as EVIDENCIA
from expedientes.filters import PARAMETROS
from expedientes.models import Expediente
from expedientes.salida import SIN_CHECKLIST, SIN_ENTREGA
from expedientes.serializers import (
    CAMBIO_CON_MOTIVO,
    CAMBIO_DE_ESTADO,
    CAMBIO_DE_NUMERO,
    CAMPOS,
    EXPEDIENTE,
    OTRA_CLAVE,
    ArchivadoSerializer,
    AseguradoraSerializer,
    CambioConPersonaSerializer,
    CambioSerializer,
    ExpedienteDetalleSerializer,
    ExpedienteResumenSerializer,
    ExpedienteSerializer,
)
from expedientes.verbos import NO_ENCONTRADO, YA_EXISTE
from expedientes.views import SIN_CLAVE, ExpedienteViewSet
from monitor.api.lists import CURSOR_INVALIDO, UNTIL
from monitor.api.openapi.description import (
    UNLESS_KNOWN,
    Operation,
    describe,
    describe_fields,
    describe_tag,
    done,
    name_choices,
    name_component,
)
from monitor.cambios.listas import DESDE, HASTA_DICE, PAGINA
from monitor.cambios.serializers import CambioSerializer as CambioDeCamposSerializer
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado
from monitor.origen import Origen

EXPEDIENTES = "Expedientes"
describe_tag(
    EXPEDIENTES,
    "El expediente de cada siniestro, de que la unidad ingresa a que sale. Su llave, `no_siniestro`, va codificada en"
    " la ruta: `SIN/2024/9` se pide como `/api/expedientes/SIN%2F2024%2F9`. Las fechas se envían como `2024-01-15` y"
    " vuelven como `2024-01-15T12:00:00.000Z`: el mismo día en cualquier huso de América o Europa.",
)

name_choices("EstadoDeExpediente", Estado.values)
name_choices("UbicacionDeArchivos", Ubicacion.values)
name_choices("Puerta", Origen.values)
name_component(CambioDeCamposSerializer, "CambioDeCampos")
name_component(AseguradoraSerializer, "AseguradoraDeExpediente")
name_component(CambioSerializer, "FilaDeHistorial")
name_component(CambioConPersonaSerializer, "FilaDeHistorialConPersona")
describe_fields(
    ExpedienteSerializer,
    no_siniestro="Se recorta antes de revisarlo. No puede confundirse con otra ruta: ni `pendientes`, ni terminar en"
    " `/estado`, ni empezar o terminar con `/`, entre otros.",
    vehiculo="Descripción libre: número de serie, señas.",
    tipo="Carrocería o versión.",
    correo_cliente="Un correo, o vacío.",
    id_aseguradora="Una de `/api/expedientes/aseguradoras`.",
    fecha_ingreso="El día en que la unidad entró al taller.",
    fecha_pzas_completas="El día en que llegó la última pieza.",
    unidad_terminada="El día en que acabó la reparación.",
    fecha_entrega="El día prometido al cliente. No se rechaza que sea anterior al ingreso.",
    estado="Cambia sólo por `/estado`.",
    ubicacion_almacenamiento="`Local` o `Nube`: dónde están sus archivos.",
    creado_por="El `id` de quien lo abrió.",
    **{f"dato{n}_fecha_hora": f"Cuándo ocurrió `dato{n}`." for n in (1, 2, 3, 4)},
    **{campo: "Recibido: sí, no, o `null` si nadie lo ha confirmado." for campo in CAMPOS if campo.startswith("doc_")},
)
POR_CURSOR = {
    "por_pagina": "Cuántos por página. Sin él viene la lista completa.",
    "cursor": "De dónde sigue: el del encabezado `Link` de la página anterior.",
}
describe_fields(
    type(PARAMETROS.serializer),
    estado="Sólo los que están en ese estado.",
    id_aseguradora="Sólo los de esa aseguradora.",
    fecha_ingreso_desde="Los que ingresaron ese día o después.",
    fecha_ingreso_hasta="Los que ingresaron ese día o antes.",
    placas="Las placas enteras, sin distinguir mayúsculas, acentos, espacios ni guiones.",
    q="Todas sus palabras, en No. Siniestro, cliente, teléfono, placas, marca, modelo, orden, factura, asesor o los"
    " primeros 500 caracteres de `vehiculo`; sin distinguir mayúsculas ni acentos."
    " Las placas y el teléfono, también sin separadores, y en las placas la O es como"
    " el 0 y la I como el 1.",
    actualizado_desde="Los que se escribieron en ese momento o después, por cualquier puerta, del que se escribió"
    " primero al último. La primera vez, cualquier momento; después, el `Actualizado-Hasta` de la respuesta anterior.",
    **POR_CURSOR,
)
describe_fields(type(PAGINA.serializer), **POR_CURSOR)
describe_fields(
    type(DESDE.serializer),
    desde="Desde ese momento: el `Actualizado-Hasta` de la respuesta anterior. Sin él, desde el principio.",
    **POR_CURSOR,
)

ASEGURADORA = {"id": 1, "nombre": "AXA"}
INGRESO = datetime(2024, 1, 15, 16, 20, 5, 120000, UTC)
ENVIADO = {
    "no_siniestro": "SIN/2024/9",
    "fecha_ingreso": "2024-01-15",
    "marca": "Nissan",
    "modelo": "Versa 2020",
    "placas": "ABC-12-34",
    "nombre_cliente": "Ángela Muñoz",
    "telefono_cliente": "55 1234 5678",
    "doc_identificacion": True,
    "id_aseguradora": 1,
}
EJEMPLO = dict.fromkeys(CAMPOS) | ENVIADO
EJEMPLO |= {
    "fecha_ingreso": date(2024, 1, 15),
    "estado": "Ingreso",
    "ubicacion_almacenamiento": "Local",
    "creado_por": 3,
}
MOVIDO = EJEMPLO | {"estado": "Restauracion"}
CAMBIOS = [
    {
        "id": 8,
        "no_siniestro": "SIN/2024/9",
        "estado_anterior": "Ingreso",
        "estado_nuevo": "Restauracion",
        "fecha_cambio": datetime(2024, 1, 18, 15, 2, 44, 981000, UTC),
        "cambiado_por": 3,
    },
    {
        "id": 7,
        "no_siniestro": "SIN/2024/9",
        "estado_anterior": None,
        "estado_nuevo": "Ingreso",
        "fecha_cambio": INGRESO,
        "cambiado_por": 3,
    },
]
PERSONA = {"id": 3, "nombre": "María González", "username": "maria.gonzalez"}
RESUMEN = {c: EJEMPLO[c] for c in ExpedienteResumenSerializer.Meta.fields if c in EJEMPLO} | {
    "aseguradora": ASEGURADORA
}

RUTA = {
    "no_siniestro": {
        "type": "string",
        "minLength": 1,
        "description": "El No. Siniestro, codificado: cada `/` como `%2F`. Se busca tal cual, sin recortar.",
    }
}
INEXISTENTE = NoEncontrado(NO_ENCONTRADO)
# A client that fills the path with an empty key asks for the path of the list.
FALTA_LA_CLAVE = DatosInvalidos(SIN_CLAVE)


A_SALIDA = (
    " Para pasar a `Salida` hacen falta la fecha de entrega del expediente y, en su último checklist, la fecha de"
    " entrega y que la inspección no esté reprobada; un Administrador pasa sin ellas con `motivo`, que queda como"
    " comentario."
)
FALTA_PARA_SALIR = DatosInvalidos(campos={"fecha_entrega": [SIN_ENTREGA], "checklist": [SIN_CHECKLIST]})
PARA_SALIR = (FALTA_PARA_SALIR,) if settings.SALIDA_CON_CHECKLIST else ()
SIGUE = 'Con `por_pagina`, mientras haya más: `<…>; rel="next"`, con los mismos filtros.'


def _lista(resumen: str, descripcion: str) -> Operation:
    return Operation(
        summary=resumen,
        description=f"{descripcion} Del ingreso más reciente al más antiguo, antes los que no tienen fecha. Sin"
        " `por_pagina` llegan todos; si algo falla a medio camino la conexión se rompe, y el JSON no se cierra.",
        invalid_query="estdo=Salida&por_pagina=0",
        response=ExpedienteResumenSerializer(many=True),
        example=[RESUMEN],
        headers={"Link": SIGUE, UNTIL: f"Con `actualizado_desde`. {HASTA_DICE}"},
        errors=(DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}),),
    )


describe(
    ExpedienteViewSet,
    EXPEDIENTES,
    path=RUTA,
    lista=_lista("Listar expedientes", "Todos."),
    pendientes=_lista("Listar los pendientes de respaldo", "En `Salida`, con sus archivos aún en el taller (`Local`)."),
    nube=_lista("Listar los de la nube", "Con sus archivos en la nube (`Nube`)."),
    archivados=Operation(
        summary="Seguir los que se archivan",
        description="Del que se archivó primero al último. Quien guarda una copia quita los que tengan `archivado_en`"
        " igual o posterior al `Actualizado-Hasta` con que los recibió: uno que se archivó y se volvió a abrir está en"
        " las dos listas. Viene también el número que un expediente dejó por otro, con el momento en que lo dejó; el"
        " expediente, con el de ahora, está en la lista.",
        invalid_query="desde=ayer",
        response=ArchivadoSerializer(many=True),
        example=[
            {"no_siniestro": "SIN/2024/9", "archivado_en": datetime(2024, 3, 2, 9, 0, 1, 5000, UTC), "archivado_por": 1}
        ],
        headers={"Link": SIGUE, UNTIL: HASTA_DICE},
        errors=(DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}),),
    ),
    aseguradoras=Operation(
        summary="Listar aseguradoras",
        response=AseguradoraSerializer(many=True),
        example=[ASEGURADORA],
    ),
    create=Operation(
        tagged=True,
        summary="Abrir un expediente",
        description="Nace en `Ingreso`, con la primera fila de su historial. Las fechas se guardan como llegan, aunque"
        " se contradigan o su año sea improbable: el admin lo avisa.",
        body=EXPEDIENTE,
        request=ENVIADO,
        invalid=(
            {"no_siniestro": "SIN/2024/9", "fecha_ingreso": "2024-02-30", "telefono_client": "55 1234 5678"},
            {},
        ),
        status=201,
        response=EXPEDIENTE,
        example=EJEMPLO,
        headers={"Location": "Ruta del expediente: `/api/expedientes/SIN%2F2024%2F9`."},
        errors=(Conflicto(YA_EXISTE),),
    ),
    retrieve=Operation(
        tagged=True,
        summary="Leer un expediente",
        description="Con su aseguradora y su historial, del cambio más reciente al primero.",
        response=ExpedienteDetalleSerializer(),
        example=MOVIDO | {"aseguradora": ASEGURADORA, "historial_estado": CAMBIOS, "evidencia": [EVIDENCIA]},
        errors=(INEXISTENTE,),
        **UNLESS_KNOWN,
    ),
    update=Operation(
        tagged=True,
        stale=Expediente.cambio,
        summary="Actualizar un expediente",
        description="Los campos que se envían; los demás quedan como estaban, y `null` borra. `PUT` y `PATCH` hacen lo"
        " mismo. Lo que es del servidor se ignora, así que se puede devolver lo que se leyó.",
        body=EXPEDIENTE,
        partial=True,
        request={"tecnico": "Raúl Díaz", "doc_finiquito": None, "fecha_entrega": "2024-02-12"},
        invalid=({"doc_finiquito": "true", "tecnic": "Raúl Díaz"},),
        response=EXPEDIENTE,
        example=EJEMPLO | {"tecnico": "Raúl Díaz", "fecha_entrega": date(2024, 2, 12)},
        errors=(FALTA_LA_CLAVE, DatosInvalidos(campos={"no_siniestro": [OTRA_CLAVE]}), INEXISTENTE),
    ),
    destroy=Operation(
        stale=Expediente.cambio,
        summary="Archivar un expediente",
        description="Sale de las listas con todo lo suyo, después de guardar una copia completa; su llave queda libre.",
        response=done(no_siniestro={"type": "string"}),
        example={"ok": True, "no_siniestro": "SIN/2024/9"},
        errors=(FALTA_LA_CLAVE, INEXISTENTE),
    ),
    sin_clave=Operation(summary="Actualizar sin decir cuál", listed=False),
    destroy_sin_clave=Operation(summary="Archivar sin decir cuál", listed=False),
    cambiar_estado=Operation(
        tagged=True,
        stale=Expediente.cambio,
        summary="Cambiar de estado",
        description="A cualquier otro: una unidad puede volver a reparación. El cambio y su fila en el historial se"
        f" escriben juntos.{A_SALIDA if settings.SALIDA_CON_CHECKLIST else ''}",
        body=CAMBIO_CON_MOTIVO if settings.SALIDA_CON_CHECKLIST else CAMBIO_DE_ESTADO,
        request={"estado": "Restauracion"},
        invalid=({"estado": "Entregado"},),
        response=EXPEDIENTE,
        example=MOVIDO,
        errors=(INEXISTENTE, DatosInvalidos(MISMO_ESTADO), *PARA_SALIR),
    ),
    renombrar=Operation(
        tagged=True,
        stale=Expediente.cambio,
        summary="Cambiar el No. Siniestro",
        description="Todo lo del expediente queda bajo el nuevo: su historial y sus cambios, que dicen de cuál a cuál."
        " Con el anterior, 404, y la frase dice el nuevo, mientras ningún otro expediente lo tome.",
        body=CAMBIO_DE_NUMERO,
        request={"no_siniestro": "SIN/2024/10"},
        invalid=({}, {"no_siniestro": "pendientes"}),
        response=EXPEDIENTE,
        example=EJEMPLO | {"no_siniestro": "SIN/2024/10"},
        headers={"Location": "La ruta de ahora: `/api/expedientes/SIN%2F2024%2F10`."},
        errors=(INEXISTENTE, Conflicto(YA_EXISTE)),
    ),
    historial=Operation(
        summary="Leer el historial de estados",
        description="Del cambio más reciente al primero, con quién lo hizo.",
        response=CambioConPersonaSerializer(many=True),
        example=[cambio | {"usuario": PERSONA} for cambio in CAMBIOS],
        errors=(INEXISTENTE,),
    ),
    cambios=Operation(
        summary="Leer los cambios de sus campos",
        description="Del más reciente al primero: quién cambió qué, de qué a qué, y por qué puerta. Los cambios de"
        " estado están en el historial.",
        invalid_query="por_pagina=0",
        response=CambioDeCamposSerializer(many=True),
        example=[
            {
                "id": 31,
                "fecha": datetime(2024, 1, 19, 17, 40, 12, 305000, UTC),
                "usuario": PERSONA,
                "origen": "api",
                "peticion": "9f1c2a7be04d4f5f8a6b3c2d1e0f9a8b",
                "cambios": {"telefono_cliente": {"de": "55 1234 5678", "a": "55 8765 4321"}},
            }
        ],
        headers={"Link": SIGUE},
        errors=(INEXISTENTE, DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]})),
    ),
)

# Those of what hangs from an expediente take from here.
for anexo in (*ANEXOS, "formatos"):
    import_module(f"expedientes.{anexo}.openapi")
