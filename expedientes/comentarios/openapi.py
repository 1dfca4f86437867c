"""The comments of expedientes, for the API's description."""

from datetime import UTC, date, datetime, time

from expedientes.comentarios.models import NO_ENCONTRADO, Comentario
from expedientes.comentarios.serializers import NUEVO, OBLIGATORIOS, ComentarioNuevoSerializer, ComentarioSerializer
from expedientes.comentarios.views import ComentarioViewSet
from expedientes.verbos import NO_ENCONTRADO as SIN_EXPEDIENTE
from monitor.api.converters import ID_INVALIDO
from monitor.api.openapi.description import Operation, describe, describe_fields, describe_tag, done, name_component
from monitor.errores import DatosInvalidos, NoEncontrado

COMENTARIOS = "Comentarios"
describe_tag(
    COMENTARIOS, "Lo que se va diciendo de un expediente. Un comentario no se cambia: se elimina y se archiva."
)
name_component(ComentarioNuevoSerializer, "Comentario")
describe_fields(ComentarioNuevoSerializer, no_siniestro="El del expediente. Se recorta y se busca tal cual.")
describe_fields(
    ComentarioSerializer,
    fecha="El día en que se escribió, por el calendario del taller.",
    hora="La hora en que se escribió, por el reloj del taller.",
    fecha_creacion="El mismo instante, en UTC.",
)

EJEMPLO = {
    "id": 12,
    "no_siniestro": "SIN/2023/7",
    "usuario_id": 3,
    "fecha": date(2024, 1, 16),
    "hora": time(9, 5, 30),
    "comentario": "El cliente pide que se le avise por la tarde.",
    "fecha_creacion": datetime(2024, 1, 16, 15, 5, 30, tzinfo=UTC),
    "usuario": {"id": 3, "nombre": "María González", "username": "maria.gonzalez"},
}
ENVIADO = {"no_siniestro": "SIN/2023/7", "comentario": EJEMPLO["comentario"]}

describe(
    ComentarioViewSet,
    COMENTARIOS,
    path={
        "clave": {
            "type": "string",
            "minLength": 1,
            "description": "Al leer, el No. Siniestro, codificado (cada `/` como `%2F`); al eliminar, el `id` del"
            " comentario.",
        }
    },
    create=Operation(
        tagged=True,
        summary="Comentar un expediente",
        body=NUEVO,
        request=ENVIADO,
        invalid=({}, {"no_siniestro": "SIN/2023/7", "comentarios": "Listo"}),
        status=201,
        response=ComentarioSerializer(),
        example=EJEMPLO,
        errors=(DatosInvalidos(OBLIGATORIOS), NoEncontrado(SIN_EXPEDIENTE)),
    ),
    list=Operation(
        summary="Leer los comentarios de un expediente",
        description="Del más reciente al primero. De un No. Siniestro que nadie tiene, ninguno.",
        response=ComentarioSerializer(many=True),
        example=[EJEMPLO],
    ),
    destroy=Operation(
        summary="Eliminar un comentario",
        description="Queda una copia en el archivo, con quién lo eliminó y cuándo.",
        stale=Comentario.cambio,
        response=done(),
        example={"ok": True},
        errors=(DatosInvalidos(ID_INVALIDO), NoEncontrado(NO_ENCONTRADO)),
    ),
)
