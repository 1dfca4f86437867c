from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitor.management.commands.respaldar import descripcion
from monitor.respaldos.contenedor import Respaldo
from monitor.respaldos.frases import con_frases
from monitor.respaldos.trabajos import ahora, base_de_aqui, exigir_igual, lo_que_se_perderia, restaurado


class Command(BaseCommand):
    help = (
        "Pone en la base de DATABASE_URL lo que hay en un respaldo, cuando lo restaurado se revisó y es igual. "
        "Monitor y su correo deben estar detenidos."
    )

    def add_arguments(self, parser):
        parser.add_argument("archivo", type=Path, help="el respaldo")
        parser.add_argument(
            "--reemplazar",
            action="store_true",
            help="aunque la base tenga tablas: se aparta con otro nombre",
        )

    def handle(self, *, archivo, reemplazar, **options):
        with con_frases(), Respaldo(archivo) as respaldo:
            base = base_de_aqui()
            respaldo.manifiesto.exigir_base(base.base)
            respaldo.manifiesto.exigir_migraciones_conocidas()
            base.exigir_libre()
            lineas = lo_que_se_perderia(base, respaldo.manifiesto)
            if lineas and not reemplazar:
                raise CommandError(no_esta_vacia(base, respaldo, lineas))
            self.stdout.write(descripcion(respaldo))
            self.decir(respaldo, base, self.restaurar(base, respaldo, guardar_anterior=bool(lineas)))

    def restaurar(self, base, respaldo, *, guardar_anterior):
        with restaurado(base, respaldo, self.stdout.write) as banco:
            self.stdout.write("Se restauró aparte; se compara con lo que se respaldó…")
            exigir_igual(respaldo.manifiesto, banco.lector)
            return banco.poner_en_servicio(ahora().strftime("%Y%m%dT%H%M%SZ"), guardar_anterior=guardar_anterior)

    def decir(self, respaldo, base, anterior):
        self.stdout.write(f"Todo es igual: {base.nombre} es ya la del respaldo.")
        if anterior:
            self.stdout.write(
                f"La anterior quedó en {anterior}. Cuando no haga falta: {base.para_borrar.format(anterior)}"
            )
        self.stdout.write(
            f"Vuelve a valer lo que valía el {respaldo.manifiesto.creado}: contraseñas, usuarios y llaves de programas."
            " Lo que se revocó o se desactivó después, hágalo otra vez."
        )
        if respaldo.manifiesto.pendientes():
            self.stdout.write("El respaldo es de una versión anterior de Monitor. Corra: manage.py migrate")


def no_esta_vacia(base, respaldo, lineas: list[str]) -> str:
    return (
        f"La base {base.nombre} no está vacía, y no se tocó nada. Con --reemplazar se aparta con otro nombre, y en su"
        f" lugar queda lo del respaldo, que es de {respaldo.manifiesto.creado}:\n  " + "\n  ".join(lineas)
    )
