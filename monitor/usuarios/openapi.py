"""Login, logout and users, for the API's description."""

from monitor.api.openapi.description import (
    Operation,
    describe,
    describe_fields,
    describe_tag,
    name_choices,
    name_component,
)
from monitor.errores import Conflicto, DatosInvalidos, DemasiadosIntentos, NoAutenticado, NoEncontrado
from monitor.roles import Rol
from monitor.usuarios.intentos import DEMASIADOS
from monitor.usuarios.models import (
    CON_ESPACIOS,
    EN_HISTORIAL,
    EN_USO,
    NO_ENCONTRADO,
    PROPIA_CUENTA,
    ROL_INVALIDO,
    ULTIMO_ADMINISTRADOR,
    Usuario,
)
from monitor.usuarios.serializers import (
    CAMBIO,
    CREDENCIALES,
    REGISTRO,
    CredencialesSerializer,
    RegistroSerializer,
    UsuarioSerializer,
)
from monitor.usuarios.views import (
    CREDENCIALES_REQUERIDAS,
    REGISTRO_REQUERIDO,
    LoginViewSet,
    SesionViewSet,
    UsuarioViewSet,
)

SESION, USUARIOS = "Sesion", "Usuarios"
describe_tag(SESION, "Entrar y salir. El token dura 8 horas y viaja en `Authorization: Bearer <token>`.", "Sesión")
describe_tag(USUARIOS, "Las personas y su rol: Administrador, Operador o Técnico (`Tecnico`).")

MARIA = {"id": 3, "nombre": "María González", "username": "maria.gonzalez", "rol": "Operador"}
ANA = {"username": "ana.torres", "password": "banco-oscuro-81", "rol": "Tecnico", "nombre": "Ana Torres"}
DEBIL = DatosInvalidos(
    campos={"password": ["password: Esta contraseña es demasiado corta. Debe contener por lo menos 8 caracteres."]}
)
ID_INVALIDO = DatosInvalidos("ID inválido")
DE_UN_USUARIO = (DatosInvalidos(CON_ESPACIOS), DatosInvalidos(ROL_INVALIDO), DatosInvalidos(EN_USO), DEBIL)
RUTA = {"id": {"type": "integer", "minimum": 1, "description": "El `id` del usuario."}}

name_choices("Rol", Rol.values, rol=RegistroSerializer)
name_component(RegistroSerializer, "RegistroDeUsuario")
describe_fields(
    RegistroSerializer,
    username="Distingue mayúsculas y no lleva espacios.",
    password="8 caracteres o más; ni común, ni sólo números, ni parecida al nombre.",
    email="Para los avisos de las solicitudes de transporte.",
    is_active="En `false` no puede entrar, y sus tokens dejan de valer.",
)
describe_fields(CredencialesSerializer, username="Distingue mayúsculas.")

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
        response={"type": "object", "properties": {"ok": {"type": "boolean", "const": True}}, "required": ["ok"]},
        example={"ok": True},
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
        response={
            "type": "object",
            "properties": {"ok": {"type": "boolean", "const": True}, "id": {"type": "integer"}},
            "required": ["ok", "id"],
        },
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
