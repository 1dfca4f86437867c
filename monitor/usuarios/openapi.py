"""Login, logout and users, for the API's description."""

from datetime import UTC, datetime

from monitor.api.openapi.description import (
    Operation,
    describe,
    describe_fields,
    describe_tag,
    done,
    name_choices,
    name_component,
)
from monitor.errores import Conflicto, DatosInvalidos, DemasiadosIntentos, NoAutenticado, NoEncontrado, SinPermiso
from monitor.roles import ROL_INVALIDO, Rol
from monitor.usuarios.intentos import DEMASIADOS
from monitor.usuarios.llaves import NO_ENCONTRADA, YA_PASO
from monitor.usuarios.models import (
    CON_ESPACIOS,
    EN_HISTORIAL,
    EN_USO,
    NO_ENCONTRADO,
    PROPIA_CUENTA,
    ULTIMO_ADMINISTRADOR,
    Usuario,
)
from monitor.usuarios.serializers import (
    CAMBIO,
    CREDENCIALES,
    LLAVE_NUEVA,
    REGISTRO,
    CredencialesSerializer,
    LlaveCreadaSerializer,
    LlaveNuevaSerializer,
    LlaveSerializer,
    RegistroSerializer,
    UsuarioSerializer,
)
from monitor.usuarios.views import (
    CREDENCIALES_REQUERIDAS,
    LLAVE_SIN_SESION,
    REGISTRO_REQUERIDO,
    LlaveViewSet,
    LoginViewSet,
    SesionViewSet,
    UsuarioViewSet,
)

SESION, USUARIOS, LLAVES = "Sesion", "Usuarios", "Llaves"
describe_tag(SESION, "Entrar y salir. El token dura 8 horas y viaja en `Authorization: Bearer <token>`.", "Sesión")
describe_tag(USUARIOS, "Las personas y su rol: Administrador, Operador o Técnico (`Tecnico`).")
describe_tag(
    LLAVES,
    "Las llaves con que otros programas usan la API. Una llave viaja como un token, en `Authorization: Bearer mon_…`, y"
    " no caduca a las 8 horas: dura hasta que vence o se revoca. Lo que escribe lleva su nombre en los historiales.",
)

MARIA = {"id": 3, "nombre": "María González", "username": "maria.gonzalez", "rol": "Operador"}
ANA = {"username": "ana.torres", "password": "banco-oscuro-81", "rol": "Tecnico", "nombre": "Ana Torres"}
DEBIL = DatosInvalidos(
    campos={"password": ["password: Esta contraseña es demasiado corta. Debe contener por lo menos 8 caracteres."]}
)
ID_INVALIDO = DatosInvalidos("ID inválido")
DE_UN_USUARIO = (DatosInvalidos(CON_ESPACIOS), DatosInvalidos(ROL_INVALIDO), DatosInvalidos(EN_USO), DEBIL)
RUTA = {"id": {"type": "integer", "minimum": 1, "description": "El `id` del usuario."}}

name_choices("Rol", Rol.values, rol=RegistroSerializer)
name_choices("Rol", Rol.values, rol=LlaveNuevaSerializer)
name_component(RegistroSerializer, "RegistroDeUsuario")
describe_fields(
    RegistroSerializer,
    username="Distingue mayúsculas y no lleva espacios.",
    password="8 caracteres o más; ni común, ni sólo números, ni parecida al nombre.",
    email="Para los avisos de las solicitudes de transporte.",
    is_active="En `false` no puede entrar, y sus tokens dejan de valer.",
)
describe_fields(CredencialesSerializer, username="Distingue mayúsculas.")
describe_fields(
    LlaveNuevaSerializer,
    nombre="De qué programa es: en los historiales se ve como «Llave: nombre».",
    vence="Un momento que esté por venir; `null` o sin él, no vence.",
)
describe_fields(
    LlaveSerializer,
    id="También el del usuario como quien escribe: `creado_por`, `cambiado_por`.",
    prefijo="Sus primeros 8 caracteres, para reconocerla.",
    ultimo_uso="Con un minuto de tolerancia.",
    llave="La llave entera. No se vuelve a mostrar: guárdela ahora.",
)

describe(
    LoginViewSet,
    SESION,
    login=Operation(
        summary="Entrar",
        description="Al sexto intento seguido de un usuario desde una dirección, o tras 50 fallos desde una dirección,"
        " hay que esperar: la ventana es de 15 minutos.",
        body=CREDENCIALES,
        request={"username": "maria.gonzalez", "password": "mesa-redonda-58"},
        invalid=({"username": "maria.gonzalez", "password": "mesa-redonda-58", "usuario": "maria"},),
        response={
            "type": "object",
            "properties": {"token": {"type": "string"}, "usuario": UsuarioSerializer()},
            "required": ["token", "usuario"],
        },
        example={"token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6M30.firma", "usuario": MARIA},
        errors=(
            DatosInvalidos(CREDENCIALES_REQUERIDAS),
            DatosInvalidos(CON_ESPACIOS),
            NoAutenticado(NoAutenticado.CREDENCIALES),
            DemasiadosIntentos(DEMASIADOS.format(minutos=15), espera=900),
        ),
    ),
)

describe(
    SesionViewSet,
    SESION,
    logout=Operation(
        summary="Salir",
        description="Todos los tokens anteriores de la persona dejan de valer.",
        response=done(),
        example={"ok": True},
        errors=(SinPermiso(LLAVE_SIN_SESION),),
    ),
    register=Operation(
        tagged=True,
        summary="Registrar a una persona",
        body=REGISTRO,
        request=ANA,
        invalid=(ANA | {"correo": "ana@example.org"},),
        status=201,
        response=UsuarioSerializer(),
        example={"id": 4, "nombre": "Ana Torres", "username": "ana.torres", "rol": "Tecnico"},
        headers={"Location": "Ruta de la persona."},
        errors=(DatosInvalidos(REGISTRO_REQUERIDO), *DE_UN_USUARIO),
    ),
)

describe(
    UsuarioViewSet,
    USUARIOS,
    path=RUTA,
    list=Operation(summary="Listar a las personas", response=UsuarioSerializer(many=True), example=[MARIA]),
    retrieve=Operation(
        tagged=True,
        summary="Leer a una persona",
        response=UsuarioSerializer(),
        example=MARIA,
        errors=(ID_INVALIDO, NoEncontrado(NO_ENCONTRADO)),
    ),
    update=Operation(
        tagged=True,
        stale=Usuario.cambio,
        summary="Actualizar a una persona",
        description="Los campos que se envían; los vacíos se ignoran. Con una clave nueva, sus tokens dejan de valer.",
        body=CAMBIO,
        partial=True,
        request={"rol": "Operador"},
        invalid=({"is_active": 1},),
        response=UsuarioSerializer(),
        example=MARIA,
        errors=(ID_INVALIDO, *DE_UN_USUARIO, NoEncontrado(NO_ENCONTRADO), Conflicto(ULTIMO_ADMINISTRADOR)),
    ),
    destroy=Operation(
        stale=Usuario.cambio,
        summary="Eliminar a una persona",
        response=done(id={"type": "integer"}),
        example={"ok": True, "id": 3},
        errors=(
            ID_INVALIDO,
            DatosInvalidos(PROPIA_CUENTA),
            NoEncontrado(NO_ENCONTRADO),
            Conflicto(ULTIMO_ADMINISTRADOR),
            Conflicto(EN_HISTORIAL),
        ),
    ),
)

AXA = {
    "id": 12,
    "nombre": "AXA",
    "rol": "Operador",
    "prefijo": "mon_Kq7w",
    "creada_en": datetime(2026, 3, 2, 15, tzinfo=UTC),
    "vence": datetime(2999, 3, 2, 6, tzinfo=UTC),
    "ultimo_uso": None,
    "revocada_en": None,
}

describe(
    LlaveViewSet,
    LLAVES,
    path={"id": {"type": "integer", "minimum": 1, "description": "El `id` de la llave."}},
    list=Operation(
        summary="Listar las llaves",
        description="Todas, también las vencidas y las revocadas.",
        response=LlaveSerializer(many=True),
        example=[AXA],
    ),
    create=Operation(
        summary="Crear una llave",
        description="La respuesta es la única que trae la llave.",
        body=LLAVE_NUEVA,
        request={"nombre": "AXA", "rol": "Operador", "vence": "2999-03-02T00:00:00-06:00"},
        invalid=({"nombre": "", "rol": "Operador"},),
        status=201,
        response=LlaveCreadaSerializer(),
        example=AXA | {"llave": "mon_Kq7wZr0Xc4Vt9Bn2Lm6Hj1Pd8Sf3Gy5AoUeIiTtW"},
        headers={"Location": "Ruta de la llave."},
        errors=(DatosInvalidos(ROL_INVALIDO), DatosInvalidos(campos={"vence": [f"vence: {YA_PASO}"]})),
    ),
    retrieve=Operation(
        summary="Leer una llave",
        response=LlaveSerializer(),
        example=AXA,
        errors=(ID_INVALIDO, NoEncontrado(NO_ENCONTRADA)),
    ),
    destroy=Operation(
        summary="Revocar una llave",
        description="Deja de servir desde la petición siguiente, para siempre; sigue en la lista.",
        response=done(id={"type": "integer"}),
        example={"ok": True, "id": 12},
        errors=(ID_INVALIDO, NoEncontrado(NO_ENCONTRADA)),
    ),
)
