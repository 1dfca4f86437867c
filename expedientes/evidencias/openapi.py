"""The description of evidence for OpenAPI."""

from datetime import UTC, datetime

from expedientes.evidencias.models import NO_ENCONTRADA, Evidencia, Tipo
from expedientes.evidencias.serializers import (
    EvidenciaDeListaSerializer,
    EvidenciaDetalladaSerializer,
    EvidenciaSerializer,
    RepetidaSerializer,
)
from expedientes.evidencias.views import (
    DETALLE,
    ENLACE,
    MINIATURA,
    SIN_BYTES,
    SIN_MINIATURA,
    TIPO,
    EvidenciaViewSet,
    RutaViewSet,
)
from expedientes.models import Expediente
from expedientes.verbos import NO_ENCONTRADO
from monitor.api.converters import ID_INVALIDO
from monitor.api.downloads import FUERA
from monitor.api.errors import HttpError
from monitor.api.openapi.description import (
    Operation,
    describe,
    describe_fields,
    describe_tag,
    name_choices,
    name_component,
)
from monitor.api.uploads import MAL_FORMADO, SIN_ARCHIVO, UNO_SOLO, FileTooLarge
from monitor.archivos.errores import DEMASIADOS_PIXELES, NO_PERMITIDO, ArchivoAlterado, Danado
from monitor.archivos.tipos import TIPOS
from monitor.errores import ArchivoNoPermitido, DatosInvalidos, NoEncontrado, SinPermiso
from monitor.roles import ADMINISTRADORES, SIN_PERMISO

EVIDENCIAS = "Evidencias"
describe_tag(
    EVIDENCIAS,
    "Las fotos y los documentos de un expediente, tal como llegaron. Se suben de uno en uno, hasta 50 MiB; el tipo lo"
    " dice el contenido, no el nombre. Nada se descarga sin token, o sin un enlace de cinco minutos.",
)
LARGO_DE_LA_RUTA = Expediente._meta.pk.max_length + len("/") + Evidencia._meta.get_field("cola").max_length
name_choices("TipoDeEvidencia", Tipo.values)
name_component(EvidenciaDeListaSerializer, "EvidenciaDeLista")
name_component(EvidenciaDetalladaSerializer, "EvidenciaDetallada")
name_component(RepetidaSerializer, "EvidenciaRepetida")
DESCRITOS = {
    "ruta": "Su nombre entero; con él también se descarga.",
    "url_nube": "Dirección para descargarla de la nube, por 15 minutos; `null` mientras está en el taller.",
    "key_nube": "La misma `ruta`.",
    "fecha_carga": "Cuándo se subió.",
    "subido_por": "El `id` de quien la subió.",
    "tipo_mime": "Lo que es, por su contenido.",
    "tamano": "En bytes.",
    "sha256": "La huella de sus bytes: con ella se comprueba que no cambiaron.",
    "ancho": "En pixeles, ya derecha; `null` si no es una imagen.",
    "alto": "En pixeles, ya derecha; `null` si no es una imagen.",
    "tomada_en": "Cuándo, según la cámara.",
    "latitud": "Dónde se tomó, según la cámara.",
    "longitud": "Dónde se tomó, según la cámara.",
    "repetida_en": "Otra evidencia con los mismos bytes, en cualquier expediente.",
}
for serializer in (EvidenciaSerializer, EvidenciaDeListaSerializer, EvidenciaDetalladaSerializer):
    suyos = serializer.Meta.fields
    describe_fields(serializer, **{campo: dicho for campo, dicho in DESCRITOS.items() if campo in suyos})
describe_fields(type(DETALLE.serializer), detalle="`1`: cada fila, con todo.")
describe_fields(
    type(TIPO.serializer), tipo="`documento`, o cualquier otra cosa: evidencia. También puede ser una parte."
)
describe_fields(type(MINIATURA.serializer), lado="Pixeles del lado mayor; 320 si no se dice.")
describe_fields(type(ENLACE.serializer), firma="La del enlace, en lugar del token.")

EJEMPLO = {
    "id": 15,
    "no_siniestro": "SIN/2024/9",
    "tipo": "evidencia",
    "nombre_archivo": "golpe trasero.jpg",
    "ruta": "/evidencias/SIN/2024/9/evidencias/1710952200123456789_golpe_trasero.jpg",
    "fecha_carga": datetime(2024, 3, 20, 16, 30, 0, 123000, UTC),
    "ubicacion_almacenamiento": "Local",
    "subido_por": 3,
}
DE_LISTA = {
    clave: (EJEMPLO | {"url_nube": None, "key_nube": EJEMPLO["ruta"]})[clave]
    for clave in EvidenciaDeListaSerializer.Meta.fields
}
DETALLADA = DE_LISTA | {
    "subido_por": 3,
    "tipo_mime": "image/jpeg",
    "tamano": 2_481_337,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "ancho": 4032,
    "alto": 3024,
    "tomada_en": datetime(2024, 3, 20, 16, 12, 41, 0, UTC),
    "latitud": 19.4325,
    "longitud": -99.1333333,
    "repetida_en": [{"no_siniestro": "SIN/2024/10", "id": 21}],
}

INEXISTENTE = NoEncontrado(NO_ENCONTRADA)
BINARIO = {"schema": {"type": "string", "format": "binary"}}
ETAG = {"ETag": "La huella de los bytes."}
PARTE = {
    "description": "La parte que se pidió con `Range`.",
    "headers": {
        "Content-Range": {"description": "Qué parte es, y de cuántos bytes.", "schema": {"type": "string"}},
    },
    "content": dict.fromkeys(TIPOS, BINARIO),
}
CONOCIDO = {"description": "No cambió desde ese `ETag`."}
OK = {"type": "object", "properties": {"ok": {"type": "boolean", "const": True}}, "required": ["ok"]}


def _descarga(resumen: str, descripcion: str, **mas) -> Operation:
    return Operation(
        summary=resumen,
        description=f"{descripcion} Imágenes, video y PDF, para verse; lo demás, para guardarse.",
        content=dict.fromkeys(TIPOS, BINARIO),
        headers=ETAG,
        request_headers={"Range": "Una parte: `bytes=0-1023`.", "If-None-Match": "El `ETag` que ya se tiene."},
        others={206: PARTE, 304: CONOCIDO},
        errors=(INEXISTENTE, NoEncontrado(SIN_BYTES), ArchivoAlterado(), HttpError(416, FUERA)),
        **mas,
    )


describe(
    EvidenciaViewSet,
    EVIDENCIAS,
    path={
        "no_siniestro": {"type": "string", "minLength": 1, "description": "El del expediente, codificado."},
        "id": {"type": "integer", "minimum": 1, "description": "El `id` de la evidencia."},
    },
    create=Operation(
        tagged=True,
        summary="Subir una foto o un documento",
        description="Un formulario con el archivo en la parte `archivo`. Responde cuando sus bytes están en el disco."
        " Se admiten JPEG, PNG, WebP, GIF, HEIC, PDF, MP4, MOV, XLSX y DOCX sin macros, XML y TXT.",
        form={
            "archivo": {"type": "string", "format": "binary"},
            "tipo": {"type": "string", "description": "`documento`, o cualquier otra cosa: evidencia."},
        },
        status=201,
        response=EvidenciaSerializer(),
        example=EJEMPLO,
        headers={"Location": "Su ruta: `/api/expedientes/SIN%2F2024%2F9/evidencias/15`."},
        errors=(
            NoEncontrado(NO_ENCONTRADO),
            FileTooLarge(),
            DatosInvalidos(SIN_ARCHIVO),
            DatosInvalidos(UNO_SOLO),
            DatosInvalidos(MAL_FORMADO),
            ArchivoNoPermitido(NO_PERMITIDO),
            DatosInvalidos(DEMASIADOS_PIXELES),
            Danado(),
        ),
    ),
    list=Operation(
        summary="Listar la evidencia",
        description="De la más reciente a la primera. Con `detalle=1`, cada una como en su ruta. De un expediente que"
        " no existe, ninguna.",
        invalid_query="detalle=2",
        response=EvidenciaDeListaSerializer(many=True),
        example=[DE_LISTA],
    ),
    vaciar=Operation(
        stale=Expediente.cambio,
        summary="Eliminar toda la evidencia",
        description="Un Operador, sólo si toda la subió él en las últimas 24 horas. El `If-Match` es del"
        " expediente, cuya `ETag` cambia con cada evidencia.",
        response=OK,
        example={"ok": True},
        errors=(SinPermiso(SIN_PERMISO[ADMINISTRADORES]),),
    ),
    retrieve=Operation(
        tagged=True,
        summary="Leer lo que se sabe de una",
        response=EvidenciaDetalladaSerializer(),
        example=DETALLADA,
        errors=(DatosInvalidos(ID_INVALIDO), INEXISTENTE),
    ),
    destroy=Operation(
        stale=Evidencia.cambio,
        summary="Eliminar una",
        description="Sus bytes se conservan 30 días, por si hay que recuperarla en el servidor.",
        response={
            "type": "object",
            "properties": {
                "ok": {"type": "boolean", "const": True},
                "mensaje": {"type": "string"},
                "carpetaEliminada": {"type": "string", "description": "El nombre del archivo."},
            },
            "required": ["ok", "mensaje", "carpetaEliminada"],
        },
        example={"ok": True, "mensaje": "Evidencia eliminada", "carpetaEliminada": "golpe trasero.jpg"},
        errors=(DatosInvalidos(ID_INVALIDO), INEXISTENTE),
    ),
    archivo=_descarga("Descargar una", "Los bytes, como llegaron."),
    miniatura=Operation(
        summary="Ver una imagen en pequeño",
        description="Un JPEG, derecho y sin lo que escribió la cámara.",
        invalid_query="lado=20",
        content={"image/jpeg": BINARIO},
        headers=ETAG,
        request_headers={"If-None-Match": "El `ETag` que ya se tiene."},
        others={304: CONOCIDO},
        errors=(INEXISTENTE, NoEncontrado(SIN_MINIATURA), NoEncontrado(SIN_BYTES), ArchivoAlterado()),
    ),
    enlace=Operation(
        summary="Hacer un enlace de cinco minutos",
        description="`url` descarga ese archivo sin token, hasta `expira` o hasta que dejen de servir los tokens de"
        " quien lo hizo.",
        status=201,
        response={
            "type": "object",
            "properties": {"url": {"type": "string"}, "expira": {"type": "string", "format": "date-time"}},
            "required": ["url", "expira"],
        },
        example={
            "url": "/evidencias/SIN/2024/9/evidencias/1710952200123456789_golpe_trasero.jpg?firma=3-0-1710952500%3A…",
            "expira": datetime(2024, 3, 20, 16, 35, 0, 0, UTC),
        },
        errors=(DatosInvalidos(ID_INVALIDO), INEXISTENTE),
    ),
)
describe(
    RutaViewSet,
    EVIDENCIAS,
    path={
        "ruta": {
            "type": "string",
            "minLength": 1,
            "maxLength": LARGO_DE_LA_RUTA,
            "description": "Lo que sigue a `/evidencias/` en su `ruta`.",
        }
    },
    archivo=_descarga(
        "Descargar por su ruta",
        "Los mismos bytes que en `/archivo`. Con token, o con la `firma` de un enlace.",
        invalid_query="inventado=1",
    ),
)
