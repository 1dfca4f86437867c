from monitor.api import tokens
from monitor.api.converters import leer_id
from monitor.api.params import NINGUNO
from monitor.api.shapes import Lectura
from monitor.api.viewsets import Accion, Vista, VistaAbierta, ubicacion
from monitor.errores import DatosInvalidos, NoEncontrado
from monitor.usuarios.acceso import entrar
from monitor.usuarios.models import NO_ENCONTRADO, Usuario, exigir_sin_espacios
from monitor.usuarios.serializers import CAMBIO, CREDENCIALES, REGISTRO, SIN_CAMPOS, USUARIO

CREDENCIALES_REQUERIDAS = "Usuario y contraseña requeridos"
REGISTRO_REQUERIDO = "username, password y rol son requeridos"
NO_GUARDAR = {"Cache-Control": "no-store"}

usuarios = Lectura(USUARIO, lambda: Usuario.objects.order_by("id"))


class LoginViewSet(VistaAbierta):
    acciones = {"login": Accion("", "iniciar sesión")}

    def login(self, request):
        datos = self.cuerpo()
        if not all(isinstance(datos.get(c), str) and datos[c] for c in ("username", "password")):
            raise DatosInvalidos(CREDENCIALES_REQUERIDAS)
        exigir_sin_espacios(datos["username"])
        usuario = entrar(**CREDENCIALES.leer(datos), direccion=request.META["REMOTE_ADDR"])
        cuerpo = {"token": tokens.emitir(usuario), "usuario": USUARIO.de_instancia(usuario)}
        return self.responder(cuerpo, headers=NO_GUARDAR)


class SesionViewSet(Vista):
    acciones = {
        "logout": Accion("usuarios.cerrar_sesion", "cerrar sesión"),
        "register": Accion("usuarios.add_usuario", "registrar usuario"),
    }

    def logout(self, request):
        SIN_CAMPOS.leer(self.cuerpo(opcional=True))
        Usuario.objects.revocar_tokens(request.user.pk)
        return self.responder({"ok": True}, headers=NO_GUARDAR)

    def register(self, request):
        datos = self.cuerpo()
        if not all(datos.get(campo) for campo in ("username", "password", "rol")):
            raise DatosInvalidos(REGISTRO_REQUERIDO)
        usuario = Usuario.objects.registrar(**REGISTRO.leer(datos))
        return self.responder(USUARIO.de_instancia(usuario), 201, ubicacion("/api/usuarios", usuario.pk))


class UsuarioViewSet(Vista):
    acciones = {
        "list": Accion("usuarios.view_usuario", "listar usuarios"),
        "retrieve": Accion("usuarios.view_usuario", "obtener usuario"),
        "update": Accion("usuarios.change_usuario", "actualizar usuario"),
        "destroy": Accion("usuarios.delete_usuario", "eliminar usuario"),
    }

    def list(self, request):
        NINGUNO.leer(request.GET)
        return self.responder(usuarios.lista())

    def retrieve(self, request, pk):
        usuario = Usuario.objects.filter(pk=leer_id(pk, NO_ENCONTRADO)).first()
        if usuario is None:
            raise NoEncontrado(NO_ENCONTRADO)
        return self.responder(USUARIO.de_instancia(usuario))

    def update(self, request, pk):
        datos = CAMBIO.leer(self.cuerpo(), parcial=True)
        cambios = {campo: valor for campo, valor in datos.items() if valor not in ("", None)}
        return self.responder(USUARIO.de_instancia(Usuario.objects.actualizar(leer_id(pk, NO_ENCONTRADO), cambios)))

    def destroy(self, request, pk):
        pk = leer_id(pk, NO_ENCONTRADO)
        Usuario.objects.eliminar(pk, por=request.user)
        return self.responder({"ok": True, "id": pk})
