from monitor.api import tokens
from monitor.api.converters import read_id
from monitor.api.etag import Tags
from monitor.api.shapes import Reader
from monitor.api.viewsets import Action, ApiViewSet, OpenViewSet, location
from monitor.errores import DatosInvalidos, NoEncontrado
from monitor.textos import is_visible
from monitor.usuarios.acceso import entrar
from monitor.usuarios.models import NO_ENCONTRADO, Usuario, exigir_sin_espacios
from monitor.usuarios.serializers import CAMBIO, CREDENCIALES, REGISTRO, SIN_CAMPOS, USUARIO

CREDENCIALES_REQUERIDAS = "Usuario y contraseña requeridos"
REGISTRO_REQUERIDO = "username, password y rol son requeridos"
NO_GUARDAR = {"Cache-Control": "no-store"}

tags = Tags(USUARIO, Usuario)
usuarios = Reader(USUARIO, lambda: Usuario.objects.order_by("id"))


class LoginViewSet(OpenViewSet):
    acciones = {"login": Action("", "iniciar sesión")}

    def login(self, request):
        datos = self.body()
        if not all(isinstance(datos.get(c), str) and datos[c] for c in ("username", "password")):
            raise DatosInvalidos(CREDENCIALES_REQUERIDAS, codigo="faltan_campos")
        exigir_sin_espacios(datos["username"])
        usuario = entrar(**CREDENCIALES.read(datos), direccion=request.META["REMOTE_ADDR"])
        cuerpo = {"token": tokens.issue(usuario), "usuario": USUARIO.from_instance(usuario)}
        return self.respond(cuerpo, headers=NO_GUARDAR)


class SesionViewSet(ApiViewSet):
    acciones = {
        "logout": Action("usuarios.cerrar_sesion", "cerrar sesión"),
        "register": Action("usuarios.add_usuario", "registrar usuario"),
    }

    def logout(self, request):
        SIN_CAMPOS.read(self.body(optional=True))
        Usuario.objects.revocar_tokens(request.user.pk)
        return self.respond({"ok": True}, headers=NO_GUARDAR)

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
        usuario = Usuario.objects.filter(pk=read_id(pk, NO_ENCONTRADO)).first()
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


def _no_se_ve(username) -> bool:
    return isinstance(username, str) and not is_visible(username)
