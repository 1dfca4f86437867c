from django.db import models

from monitor.api import tokens
from monitor.api.converters import read_id
from monitor.api.dialects import NO_STORE
from monitor.api.etag import Tags
from monitor.api.shapes import Reader
from monitor.api.viewsets import Action, ApiViewSet, OpenViewSet, location
from monitor.db.queries import Param
from monitor.errores import DatosInvalidos, NoEncontrado, SinPermiso
from monitor.textos import is_visible
from monitor.usuarios.acceso import entrar
from monitor.usuarios.llaves import NO_ENCONTRADA, Llave
from monitor.usuarios.models import NO_ENCONTRADO, Usuario, exigir_sin_espacios
from monitor.usuarios.serializers import (
    CAMBIO,
    CREDENCIALES,
    LLAVE,
    LLAVE_CREADA,
    LLAVE_NUEVA,
    REGISTRO,
    SIN_CAMPOS,
    USUARIO,
)

CREDENCIALES_REQUERIDAS = "Usuario y contraseña requeridos"
REGISTRO_REQUERIDO = "username, password y rol son requeridos"
LLAVE_SIN_SESION = "Una llave no tiene sesión que cerrar; para que deje de servir, un Administrador la revoca"

tags = Tags(USUARIO, Usuario)
usuarios = Reader(USUARIO, lambda: Usuario.objects.personas().order_by("id"))
llaves = Reader(LLAVE, lambda: Llave.objects.order_by("usuario_id"))
una_llave = Reader(LLAVE, lambda: Llave.objects.filter(pk=Param("id", models.BigIntegerField())).order_by())


class LoginViewSet(OpenViewSet):
    acciones = {"login": Action("", "iniciar sesión")}

    def login(self, request):
        datos = self.body()
        if not all(isinstance(datos.get(c), str) and datos[c] for c in ("username", "password")):
            raise DatosInvalidos(CREDENCIALES_REQUERIDAS, codigo="faltan_campos")
        exigir_sin_espacios(datos["username"])
        usuario = entrar(**CREDENCIALES.read(datos), direccion=request.META["REMOTE_ADDR"])
        cuerpo = {"token": tokens.issue(usuario), "usuario": USUARIO.from_instance(usuario)}
        return self.respond(cuerpo, headers=NO_STORE)


class SesionViewSet(ApiViewSet):
    takes_key = False
    acciones = {
        "logout": Action("usuarios.cerrar_sesion", "cerrar sesión"),
        "register": Action("usuarios.add_usuario", "registrar usuario"),
    }

    def logout(self, request):
        if request.user.is_program:
            raise SinPermiso(LLAVE_SIN_SESION, codigo="llave_sin_sesion")
        SIN_CAMPOS.read(self.body(optional=True))
        Usuario.objects.revocar_tokens(request.user.pk)
        return self.respond({"ok": True}, headers=NO_STORE)

    def register(self, request):
        datos = self.body()
        if not all(datos.get(campo) for campo in ("username", "password", "rol")) or _no_se_ve(datos["username"]):
            raise DatosInvalidos(REGISTRO_REQUERIDO, codigo="faltan_campos")
        usuario = Usuario.objects.registrar(**REGISTRO.read(datos), por=request.user)
        headers = location("/api/usuarios", usuario.pk) | {"ETag": tags.of_instance(usuario)}
        return self.respond(USUARIO.from_instance(usuario), 201, headers)


class UsuarioViewSet(ApiViewSet):
    acciones = {
        "list": Action("usuarios.view_usuario", "listar usuarios"),
        "retrieve": Action("usuarios.view_usuario", "obtener usuario"),
        "update": Action("usuarios.change_usuario", "actualizar usuario"),
        "destroy": Action("usuarios.delete_usuario", "eliminar usuario"),
    }

    def list(self, request):
        return self.respond(usuarios.many())

    def retrieve(self, request, pk):
        usuario = Usuario.objects.personas().filter(pk=read_id(pk, NO_ENCONTRADO)).first()
        if usuario is None:
            raise NoEncontrado(NO_ENCONTRADO)
        return self._mostrar(usuario)

    def update(self, request, pk):
        datos = CAMBIO.read(self.body(), partial=True)
        cambios = {campo: valor for campo, valor in datos.items() if valor not in ("", None)}
        pk = read_id(pk, NO_ENCONTRADO)
        return self._mostrar(Usuario.objects.actualizar(pk, cambios, por=request.user, visto=self.seen))

    def _mostrar(self, usuario):
        return self.respond(USUARIO.from_instance(usuario), headers={"ETag": tags.of_instance(usuario)})

    def destroy(self, request, pk):
        pk = read_id(pk, NO_ENCONTRADO)
        Usuario.objects.eliminar(pk, por=request.user, visto=self.seen)
        return self.respond({"ok": True, "id": pk})


class LlaveViewSet(ApiViewSet):
    acciones = {
        "list": Action("usuarios.view_llave", "listar llaves"),
        "create": Action("usuarios.add_llave", "crear llave"),
        "retrieve": Action("usuarios.view_llave", "obtener llave"),
        "destroy": Action("usuarios.delete_llave", "revocar llave"),
    }

    def list(self, request):
        return self.respond(llaves.many())

    def create(self, request):
        llave = Llave.objects.crear(**LLAVE_NUEVA.read(self.body()), por=request.user)
        headers = location("/api/llaves", llave.pk) | NO_STORE
        return self.respond(LLAVE_CREADA.from_instance(llave), 201, headers)

    def retrieve(self, request, pk):
        llave = una_llave.one(id=read_id(pk, NO_ENCONTRADA))
        if llave is None:
            raise NoEncontrado(NO_ENCONTRADA)
        return self.respond(llave)

    def destroy(self, request, pk):
        pk = read_id(pk, NO_ENCONTRADA)
        Llave.objects.revocar(pk, por=request.user)
        return self.respond({"ok": True, "id": pk})


def _no_se_ve(username) -> bool:
    return isinstance(username, str) and not is_visible(username)
