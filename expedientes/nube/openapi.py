"""The description of the cloud for OpenAPI."""

from datetime import UTC, datetime

from expedientes.nube.models import EN_CURSO, EstadoDeLaNube, Resultado, Tipo
from expedientes.nube.mudanzas import ALTERADAS, SIN_LOCALES, SIN_NADA_EN_LA_NUBE, SOLO_EN_SALIDA
from expedientes.nube.serializers import (
    CuantasEvidenciasSerializer,
    CuantosExpedientesSerializer,
    DiscoSerializer,
    RespaldoSerializer,
    SituacionDeLaNubeSerializer,
    SituacionSerializer,
)
from expedientes.nube.views import NubeViewSet
from expedientes.openapi import RUTA
from expedientes.verbos import NO_ENCONTRADO
from monitor.api.openapi.description import (
    Operation,
    describe,
    describe_fields,
    describe_tag,
    name_choices,
    name_component,
)
from monitor.archivos.errores import SinNube
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado, NubeNoResponde

RESPALDOS = "Nube"
describe_tag(
    RESPALDOS,
    "La evidencia de los expedientes en Salida se pasa a una cubeta compatible con S3 (`NUBE_URL`), y vuelve. Una"
    " evidencia es de la nube cuando sus bytes se volvieron a leer de allá; y se descarga igual que antes.",
)
name_choices("CualesSeRespaldan", Tipo.values)
name_choices("ResultadoDelRespaldo", Resultado.values)
name_choices("EstadoDeLaNube", EstadoDeLaNube.values)
name_component(RespaldoSerializer, "Respaldo")
name_component(SituacionSerializer, "Situacion")
name_component(SituacionDeLaNubeSerializer, "SituacionDeLaNube")
name_component(DiscoSerializer, "Disco")
name_component(CuantasEvidenciasSerializer, "CuantasEvidencias")
name_component(CuantosExpedientesSerializer, "CuantosExpedientes")
describe_fields(
    SituacionDeLaNubeSerializer,
    ultimo_respaldo="Cuándo pasó la última evidencia.",
    ultimo_error="Lo que dijo el último respaldo, si algo falló; si no, `Ninguno`.",
    pendientes="Expedientes en Salida con evidencia en el taller.",
)
describe_fields(
    RespaldoSerializer,
    tipo="`Nube`: todos los expedientes en Salida; `Manual`: uno.",
    resultado="`Parcial`: una parte se subió, y otra no.",
    detalle="Qué se hizo, en palabras.",
    usuario="Quién lo pidió; `null` si fue una orden en el servidor.",
)


def _objeto(**propiedades) -> dict:
    return {"type": "object", "properties": propiedades, "required": list(propiedades)}


def _cuantos(descripcion: str) -> dict:
    return {"type": "integer", "minimum": 0, "description": descripcion}


def _nulo(esquema: dict, descripcion: str) -> dict:
    return esquema | {"type": [esquema["type"], "null"], "description": descripcion}


TEXTO, OK = {"type": "string"}, {"type": "boolean", "const": True}
INSTANTE = {"type": "string", "format": "date-time"}
IDS = {"type": "array", "items": {"type": "integer"}}
SUBIDAS = _objeto(ok=OK, subidas=_cuantos("Las que pasaron a la nube ahora."))
SIN_EXPEDIENTE = NoEncontrado(NO_ENCONTRADO)
NO_SE_RESPALDA = (
    SIN_EXPEDIENTE,
    DatosInvalidos(SOLO_EN_SALIDA),
    DatosInvalidos(SIN_LOCALES),
    SinNube(),
    NubeNoResponde(),
)
VACIAR = Operation(
    summary="Vaciar la lista de los respaldos",
    description="Sólo la lista: lo que está en la nube no se toca.",
    response=_objeto(ok=OK, eliminados=_cuantos("Los renglones que tenía.")),
    example={"ok": True, "eliminados": 7},
)

describe(
    NubeViewSet,
    RESPALDOS,
    path=RUTA,
    respaldar=Operation(
        summary="Pasar la evidencia a la nube",
        description="La que esté en el taller, una por una: se sube, se vuelve a leer de allá, y sólo entonces deja el"
        " taller. Si la nube deja de responder, lo que ya pasó se queda allá; al repetir, sigue con lo que falta. Con"
        " ella van `manifiesto.json` (el expediente, con las huellas) y los formatos que tenga, en XLSX.",
        response=SUBIDAS,
        example={"ok": True, "subidas": 12},
        errors=NO_SE_RESPALDA,
    ),
    restaurar=Operation(
        summary="Traer la evidencia de la nube",
        description="Se revisa la huella de cada una. Su copia se queda en la nube.",
        response=_objeto(ok=OK, restauradas=_cuantos("Las que volvieron ahora.")),
        example={"ok": True, "restauradas": 12},
        errors=(
            SIN_EXPEDIENTE,
            DatosInvalidos(SIN_NADA_EN_LA_NUBE),
            SinNube(),
            Conflicto(ALTERADAS.format("3, 8"), codigo="evidencias_alteradas"),
            NubeNoResponde(),
        ),
    ),
    integridad=Operation(
        summary="Revisar que la evidencia sea la que se subió",
        description="Lee otra vez todos los bytes de un expediente, donde estén.",
        response=_objeto(
            no_siniestro=TEXTO,
            revisadas=_cuantos("Todas."),
            intactas=_cuantos("Las que son como llegaron."),
            alteradas=IDS,
            ausentes=IDS,
        ),
        example={"no_siniestro": "SIN/2024/9", "revisadas": 12, "intactas": 11, "alteradas": [], "ausentes": [15]},
        errors=(SIN_EXPEDIENTE, NubeNoResponde()),
    ),
    estado=Operation(
        summary="Ver cómo van los respaldos",
        response=SituacionSerializer(),
        example={
            "disco_local": {"libre_gb": 182.4, "usado_gb": 41.7, "total_gb": 224.1},
            "nube": {
                "estado": "Activo",
                "ultimo_respaldo": datetime(2024, 3, 20, 16, 30, 0, 0, UTC),
                "ultimo_error": "Ninguno",
                "pendientes": 2,
            },
            "evidencias": {"totales": 340, "local": 40, "nube": 300},
            "expedientes": {"totales": 58},
        },
    ),
    logs=Operation(
        summary="Listar los respaldos",
        description="Los últimos 200, del más reciente al primero.",
        response=RespaldoSerializer(many=True),
        example=[
            {
                "id": 7,
                "fecha": datetime(2024, 3, 20, 16, 30, 0, 0, UTC),
                "tipo": "Nube",
                "resultado": "Exitoso",
                "detalle": "Evidencias subidas: 12.",
                "usuario": {"id": 3, "nombre": "María González", "username": "maria.gonzalez"},
            }
        ],
    ),
    limpiar=VACIAR,
    eliminar_logs=VACIAR,
    exportar=Operation(
        summary="Pedir que pase a la nube todo lo que está en Salida",
        description="Lo hace otro proceso, `manage.py respaldar_nube`. Una a la vez; si ese proceso muere, el que"
        " empiece después la continúa, y se puede pedir otra.",
        response=_objeto(ok=OK, iniciado=OK),
        example={"ok": True, "iniciado": True},
        errors=(SinNube(), Conflicto(EN_CURSO, codigo="exportacion_en_curso")),
    ),
    progreso=Operation(
        summary="Ver cómo va lo que se pidió",
        description="De la exportación en curso, o de la última.",
        response=_objeto(
            corriendo={"type": "boolean"},
            total=_cuantos("Expedientes."),
            procesados=_cuantos("Expedientes que ya se vieron."),
            subidas=_cuantos("Evidencias que pasaron."),
            fallidas=_cuantos("Evidencias que no se pudo."),
            archivoActual=_nulo(TEXTO, "El nombre de la que se sube ahora."),
            terminado_en=_nulo(INSTANTE, "Cuándo terminó."),
            error=_nulo(TEXTO, "Por qué no se vieron todos los expedientes, si pasó."),
        ),
        example={
            "corriendo": True,
            "total": 14,
            "procesados": 5,
            "subidas": 61,
            "fallidas": 0,
            "archivoActual": "golpe trasero.jpg",
            "terminado_en": None,
            "error": None,
        },
    ),
    exportar_uno=Operation(
        summary="Pasar un expediente a la nube, y anotarlo",
        description="Como `respaldar`, con un renglón en la lista de los respaldos.",
        response=SUBIDAS,
        example={"ok": True, "subidas": 12},
        errors=NO_SE_RESPALDA,
    ),
)
