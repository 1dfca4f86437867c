"""Identity, for the API's description."""

from monitor.api.openapi.description import Operacion, describir, describir_campos, describir_etiqueta
from monitor.errores import Conflicto, DatosInvalidos, DemasiadosIntentos, NoAutenticado, NoEncontrado
from monitor.usuarios.acceso import CREDENCIALES as CREDENCIALES_INVALIDAS
from monitor.usuarios.acceso import DEMASIADOS
from monitor.usuarios.models import (
    CON_ESPACIOS,
    EN_HISTORIAL,
    EN_USO,
    NO_ENCONTRADO,
    PROPIA_CUENTA,
    ROL_INVALIDO,
    ULTIMO_ADMINISTRADOR,
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

SESION, USUARIOS = "Sesión", "Usuarios"
describir_etiqueta(SESION, "Entrar y salir. El token dura 8 horas y viaja en `Authorization: Bearer <token>`.")
describir_etiqueta(USUARIOS, "Las personas y su rol: Administrador, Operador o Técnico (`Tecnico`).")

MARIA = {"id": 3, "nombre": "María González", "username": "maria.gonzalez", "rol": "Operador"}
DEBIL = DatosInvalidos(
    campos={"password": ["password: Esta contraseña es demasiado corta. Debe contener por lo menos 8 caracteres."]}
)
ID_INVALIDO = DatosInvalidos("ID inválido")
DE_UN_USUARIO = (DatosInvalidos(CON_ESPACIOS), DatosInvalidos(ROL_INVALIDO), DatosInvalidos(EN_USO), DEBIL)
RUTA = {"id": {"type": "string", "pattern": r"^\d+$", "description": "El `id` del usuario: sólo dígitos."}}

describir_campos(
    RegistroSerializer,
    username="Distingue mayúsculas y no lleva espacios.",
    password="8 caracteres o más; ni común, ni sólo números, ni parecida al nombre.",
    rol="`Administrador`, `Operador` o `Tecnico`.",
    email="Para los avisos de las solicitudes de transporte.",
    is_active="En `false` no puede entrar, y sus tokens dejan de valer.",
)
describir_campos(CredencialesSerializer, username="Distingue mayúsculas.")

describir(
    LoginViewSet,
    SESION,
    login=Operacion(
        resumen="Entrar",
        descripcion="Al sexto intento seguido de un usuario desde una dirección, o tras 50 fallos desde una dirección,"
        " hay que esperar: la ventana es de 15 minutos.",
        cuerpo=CREDENCIALES,
        peticion={"username": "maria.gonzalez", "password": "mesa-redonda-58"},
        invalidos=({"username": "maria.gonzalez", "password": "mesa-redonda-58", "usuario": "maria"},),
        respuesta={
            "type": "object",
            "properties": {"token": {"type": "string"}, "usuario": UsuarioSerializer()},
            "required": ["token", "usuario"],
        },
        ejemplo={"token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6M30.firma", "usuario": MARIA},
        errores=(
            DatosInvalidos(CREDENCIALES_REQUERIDAS),
            DatosInvalidos(CON_ESPACIOS),
            NoAutenticado(CREDENCIALES_INVALIDAS),
            DemasiadosIntentos(DEMASIADOS.format(minutos=15), espera=900),
        ),
    ),
)

describir(
    SesionViewSet,
    SESION,
    logout=Operacion(
        resumen="Salir",
        descripcion="Todos los tokens anteriores de la persona dejan de valer.",
        respuesta={"type": "object", "properties": {"ok": {"type": "boolean", "const": True}}, "required": ["ok"]},
        ejemplo={"ok": True},
    ),
    register=Operacion(
        resumen="Registrar a una persona",
        cuerpo=REGISTRO,
        requeridos=("username", "password", "rol"),
        peticion={"username": "maria.gonzalez", "password": "mesa-redonda-58", "rol": "Operador"},
        invalidos=(
            {"username": "maria.gonzalez", "password": "mesa-redonda-58", "rol": "Operador", "correo": "m@e.mx"},
        ),
        status=201,
        respuesta=UsuarioSerializer(),
        ejemplo=MARIA,
        cabeceras={"Location": "Ruta de la persona."},
        errores=(DatosInvalidos(REGISTRO_REQUERIDO), *DE_UN_USUARIO),
    ),
)

describir(
    UsuarioViewSet,
    USUARIOS,
    ruta=RUTA,
    list=Operacion(resumen="Listar a las personas", respuesta=UsuarioSerializer(many=True), ejemplo=[MARIA]),
    retrieve=Operacion(
        resumen="Leer a una persona",
        respuesta=UsuarioSerializer(),
        ejemplo=MARIA,
        errores=(ID_INVALIDO, NoEncontrado(NO_ENCONTRADO)),
    ),
    update=Operacion(
        resumen="Actualizar a una persona",
        descripcion="Los campos que se envían; los vacíos se ignoran. Con una clave nueva, sus tokens dejan de valer.",
        cuerpo=CAMBIO,
        parcial=True,
        peticion={"rol": "Operador"},
        invalidos=({"is_active": 1},),
        respuesta=UsuarioSerializer(),
        ejemplo=MARIA,
        errores=(ID_INVALIDO, *DE_UN_USUARIO, NoEncontrado(NO_ENCONTRADO), Conflicto(ULTIMO_ADMINISTRADOR)),
    ),
    destroy=Operacion(
        resumen="Eliminar a una persona",
        respuesta={
            "type": "object",
            "properties": {"ok": {"type": "boolean", "const": True}, "id": {"type": "integer"}},
            "required": ["ok", "id"],
        },
        ejemplo={"ok": True, "id": 3},
        errores=(
            ID_INVALIDO,
            DatosInvalidos(PROPIA_CUENTA),
            NoEncontrado(NO_ENCONTRADO),
            Conflicto(ULTIMO_ADMINISTRADOR),
            Conflicto(EN_HISTORIAL),
        ),
    ),
)
