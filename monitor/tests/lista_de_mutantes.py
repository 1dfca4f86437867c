"""The mutants of `mutantes.py`: for each file, a text that is in it once, the text that takes its place, and the tests
that should notice.

Each mutant breaks a state, a rule, a permission, an identity or a limit. None means the same as the original.
"""

from typing import NamedTuple


class Mutante(NamedTuple):
    archivo: str
    texto: str
    cambio: str
    pruebas: tuple[str, ...]
    postgresql: bool  # SQLite can't show it

    def __str__(self):
        base = " [PostgreSQL]" if self.postgresql else ""
        return f"{self.archivo}{base}: {_en_una_linea(self.texto)} → {_en_una_linea(self.cambio) or 'nada'}"


def _en_una_linea(codigo: str) -> str:
    return " ".join(codigo.split())


def de(archivo: str, *pruebas: str, postgresql: bool = False, cambios: list[tuple[str, str]]) -> list[Mutante]:
    return [Mutante(archivo, texto, cambio, pruebas, postgresql) for texto, cambio in cambios]


MUTANTES: list[Mutante] = [
    # --- Versions, changes and chains ---
    *de(
        "monitor/origen.py",
        "monitor/tests/test_demo.py",
        cambios=[("if not settings.DEMO:", "if False:")],
    ),
    *de(
        "monitor/db/versions.py",
        "monitor/cambios/tests/test_versiones.py",
        cambios=[
            ("self._anything or row.tag in self._tags", "True"),
            ("self._anything or row.tag in self._tags", "row.tag in self._tags"),
        ],
    ),
    *de(
        "monitor/api/etag.py",
        "monitor/cambios/tests/test_versiones.py",
        "expedientes/tests/test_views.py",
        cambios=[
            ("for etag in etags if etag.startswith('\"')", "for etag in etags"),
            ("return Seen(tags, anything", 'return Seen(tags or [""], anything'),
            ('== "*":\n        return Seen()', '== "*":\n        return None'),
            ('        return F(f"{relation}__version")\n', '        return F(f"{relation}__pk")\n'),
            ("return self._join(row.tag, [versions + self._unknown])", "return self._join(row.tag, [self._unknown])"),
        ],
    ),
    *de(
        "monitor/cambios/cadena.py",
        "monitor/cambios/tests/test_cadena.py",
        "monitor/cambios/tests/test_versiones.py",
        "monitor/cambios/tests/test_verificacion.py",
        cambios=[
            ("self.eslabones += 1", "self.eslabones += 2"),
            ("*map(canonico, sellados), anterior]", "*map(canonico, sellados)]"),
            ("return valores[:-1] if valores[-1] is None else valores", "return valores"),
            ("return valores[:-1] if valores[-1] is None else valores", "return valores[:-1]"),
            ("uid.hex, lugar, *map", "uid.hex, *map"),
            ("valor.astimezone(UTC).replace", "valor.replace"),
            ("timespec='microseconds'", "timespec='milliseconds'"),
        ],
    ),
    *de(
        "monitor/cambios/registro.py",
        "monitor/cambios/tests/test_cambios.py",
        "monitor/cambios/tests/test_versiones.py",
        "expedientes/tests/test_views.py",
        cambios=[
            ("        return fila\n", "        pass\n"),
            ("if visto is not None and fila not in visto:", "if False:"),
            ("if _simple(v) != _simple(getattr(fila, c))", "if True"),
            ('OCULTAS = {"password", "firma_quien_recibe"}', "OCULTAS = set()"),
            ('"usuario_id": por.reference,', '"usuario_id": None,'),
            ('"origen": origen.value,', '"origen": "api",'),
            ('"peticion": peticion,', '"peticion": None,'),
            ("campo.attname not in dichas and ", ""),
            ("not campo.editable or ", ""),
        ],
    ),
    *de(
        "monitor/cambios/registro.py",
        "monitor/cambios/tests/test_versiones.py",
        postgresql=True,
        cambios=[
            ("for bloquear in (False, True) if", "for bloquear in (False,) if"),
            ("con=eslabones, version=fila.version, por=por", "con=eslabones, por=por"),
        ],
    ),
    *de(
        "monitor/cambios/cadena.py",
        "monitor/cambios/tests/test_versiones.py",
        cambios=[("{uid.hex}{cabeza[:16]}", "{uid.hex}")],
    ),
    *de(
        "monitor/usuarios/models.py",
        "monitor/cambios/tests/test_versiones.py",
        cambios=[('    unversioned = ("last_login", "version_token")\n', "")],
    ),
    *de(
        "monitor/cambios/verificacion.py",
        "monitor/cambios/tests/test_verificacion.py",
        cambios=[
            ("        if fila.lugar != lugar:\n", "        if False:\n"),
            (" != fila.huella:\n", " == 0:\n"),
            ('elif padre.fin != (len(filas), filas[-1].huella if filas else ""):', "elif False:"),
            ("elif (estado := _ultima_palabra(filas)) != padre.estado:", "elif False:"),
            ("elif sellado and sellado.eslabones and sellado not in", "elif sellado and None in"),
            ("fila.pk <= ids.get(fila.modelo, fila.pk - 1)", "False"),
            ("            if padre.uid in vistos:\n", "            if False:\n"),
            ("    yield from _de_ninguna_tabla()\n", ""),
            ("    yield from _sin_cadena(modelo)\n", ""),
            ("    yield from _revisar_archivados(modelo, quedan)\n", ""),
            ("quedan.keys() - archivados", "()"),
        ],
    ),
    *de(
        "monitor/cambios/verificacion.py",
        "monitor/cambios/tests/test_instantanea.py",
        cambios=[("        with _lectura_de_sqlite():\n            yield", "        yield")],
    ),
    *de(
        "monitor/cambios/sello.py",
        "monitor/cambios/tests/test_verificacion.py",
        cambios=[
            ('            clave.verify(bytes.fromhex(dicho["firma"]), _firmado(dicho))\n', ""),
            ("(FORMATO, cuantas, raiz.hexdigest())", '(FORMATO, cuantas, dicho["raiz"])'),
            ("os.O_EXCL, 0o600)", "os.O_EXCL, 0o644)"),
        ],
    ),
    *de(
        "monitor/db/triggers.py",
        "monitor/cambios/tests/test_cadena.py",
        cambios=[
            ('return opened == EVERYTHING or _row(table, key) in opened.split(",")', "return bool(opened)"),
            ("    drop(using)\n    with", "    return\n    with"),
            ("WHEN EXISTS (SELECT 1 FROM {tabla} WHERE", "WHEN EXISTS (SELECT 1 FROM {tabla} WHERE false AND"),
        ],
    ),
    *de(
        "monitor/db/triggers.py",
        "monitor/cambios/tests/test_cadena.py",
        postgresql=True,
        cambios=[("            abierta := '';\n", "            NULL;\n")],
    ),
    # --- Expedientes ---
    *de(
        "expedientes/estados.py",
        "expedientes/tests/test_views.py",
        cambios=[
            ("frozenset(Estado) - {desde}", "frozenset(Estado)"),
            ("frozenset(Estado) - {desde} for", "frozenset({Estado.SALIDA}) - {desde} for"),
            ('SALIDA = "Salida", "Salida"', 'SALIDA = "Salió", "Salida"'),
        ],
    ),
    *de(
        "expedientes/numeros.py",
        "expedientes/tests/test_models.py",
        "expedientes/tests/test_views.py",
        cambios=[
            ("        no_siniestro in CLAVES_RESERVADAS\n        or no_siniestro", "        no_siniestro"),
            ('or "//" in no_siniestro', ""),
            ("        or no_siniestro.startswith(COMIENZOS_RESERVADOS)\n", ""),
            ('    "/estado/historial",\n', ""),
        ],
    ),
    *de(
        "expedientes/numeros.py",
        "expedientes/tests/test_textos.py",
        "expedientes/tests/test_recibir.py",
        "expedientes/tests/test_numeros.py",
        cambios=[
            ('    "/no_siniestro",\n', ""),
            ("        or es_provisional(no_siniestro)\n", ""),
        ],
    ),
    *de(
        "expedientes/consultas.py",
        "expedientes/tests/test_views.py",
        "expedientes/tests/test_filters.py",
        "expedientes/tests/test_numeros.py",
        "expedientes/tests/test_recibir.py",
        "expedientes/tests/test_lista_admin.py",
        "expedientes/tests/test_panel.py",
        cambios=[
            (
                "estado=Estado.SALIDA, ubicacion_almacenamiento=Ubicacion.LOCAL)",
                "estado=Estado.SALIDA)",
            ),
            (
                "estado=Estado.SALIDA, ubicacion_almacenamiento=Ubicacion.LOCAL)",
                "ubicacion_almacenamiento=Ubicacion.LOCAL)",
            ),
            ("models.Q(pk=no_siniestro) | models.Q(uid__in=dejado)", "models.Q(pk=no_siniestro)"),
            ("models.Q(estado__in=ABIERTOS)", "models.Q()"),
            ("LessThanOrEqual(LocalDay", "LessThan(LocalDay"),
            ("models.Q(estado=Estado.SALIDA, fecha_entrega__isnull=False)", "models.Q(estado=Estado.SALIDA)"),
            ("fecha_entrega__lt=timezone", "fecha_entrega__lte=timezone"),
            ("self.abiertos().exclude(completos)", "self.exclude(completos)"),
        ],
    ),
    *de(
        "expedientes/cuentas.py",
        "expedientes/tests/test_panel.py",
        cambios=[
            ("salio >= desde.toordinal()", "True"),
            ("ceil(lugar)", "floor(lugar)"),
            ("fecha_entrega__lt=hoy", "fecha_entrega__lte=hoy"),
            ("- self.a_tiempo - self.abiertos", "- self.a_tiempo"),
        ],
    ),
    *de(
        "solicitudes/admin/panel.py",
        "solicitudes/tests/test_panel.py",
        cambios=[("visibles_para(usuario)", "all()"), ("hoy.month - 1", "hoy.month")],
    ),
    *de(
        "expedientes/verbos.py",
        "expedientes/tests/test_models.py",
        "expedientes/tests/test_views.py",
        "expedientes/tests/test_filters.py",
        "expedientes/tests/test_admin.py",
        cambios=[
            ('"creado_por_id": por.reference}', '"creado_por_id": None}'),
            (
                "_con_aseguradora_vigente(datos) | del_servidor",
                "datos | del_servidor",
            ),
            ("return _con_aseguradora_vigente(datos), ()", "return datos, ()"),
            ("None, Estado.INGRESO, por)", "Estado.SALIDA, Estado.INGRESO, por)"),
            (
                "        if hasta not in Estado.values:\n"
                '            raise DatosInvalidos(ESTADO_INVALIDO, codigo="estado_invalido")\n',
                "",
            ),
            ('"cambiado_por_id": por.reference,', '"cambiado_por_id": None,'),
            ("cambio = _cambio(no_siniestro, desde, hasta, por)", "cambio = _cambio(no_siniestro, None, hasta, por)"),
            ("}, [cambio]", "}, ()"),
            ('"estado": hasta, "en_estado_desde": cambio[1]["fecha_cambio"]', '"estado": hasta'),
            ('"archivado_por_id": por.pk', '"archivado_por_id": None'),
            ("        if is_duplicate(error):\n", "        if True:\n"),
        ],
    ),
    *de(
        "monitor/cambios/registro.py",
        "monitor/cambios/tests/test_versiones.py",
        postgresql=True,
        cambios=[("if bloquear or igual is None or igual.version == fila.version:", "if True:")],
    ),
    *de(
        "expedientes/verbos.py",
        "expedientes/tests/test_carreras.py",
        postgresql=True,
        cambios=[
            (
                "_el_que_hay(self.select_for_update().filter(pk=no_siniestro)",
                "_el_que_hay(self.filter(pk=no_siniestro)",
            )
        ],
    ),
    # --- What comes back from the archive, and what goes out ---
    *de(
        "expedientes/verbos.py",
        "expedientes/tests/test_restaurar.py",
        cambios=[
            ("        exigir_mencionados(copia.datos)\n", ""),
            ('valores["version"] = valores.get("version", 0) + 1', 'valores["version"] = 1'),
            ("    if not cadena.eslabones:\n", "    if False:\n"),
            ("        ExpedienteArchivado.objects.filter(pk=archivado).delete()\n", ""),
            ('valores["en_estado_desde"] = historia[-1]["fecha_cambio"]', "pass"),
        ],
    ),
    *de(
        "expedientes/archivo.py",
        "expedientes/tests/test_restaurar.py",
        cambios=[
            ("if nombre in campos or valor is not None", "if nombre in campos"),
            ('    if not {"no_siniestro", "estado"} <= valores.keys():\n        raise Conflicto(SIN_LUGAR)\n', ""),
            ("    if aseguradora and not", "    if False and not"),
        ],
    ),
    # --- What hangs from an expediente ---
    *de(
        "expedientes/archivo.py",
        "expedientes/tests/test_views.py",
        "expedientes/tests/test_comentarios.py",
        cambios=[
            (".filter(**{camino: fila})", ".all()"),
            ("        personas |= _personas(colgadas.model, filas)\n", ""),
            ("    insert(AnexoArchivado, datos, por=por)\n", ""),
            ('.filter(datos__has_key=tabla).order_by("pk")', ".none()"),
        ],
    ),
    *de(
        "expedientes/anexos/models.py",
        "expedientes/tests/test_comentarios.py",
        cambios=[
            ("        exigir_visto(anexo, visto)\n", ""),
            ("archivar_anexo(dicho, ", "archivar_anexo(anexo, "),
        ],
    ),
    *de(
        "expedientes/anexos/partes.py",
        "expedientes/tests/test_levantamientos.py",
        cambios=[
            ("_menos(habia, partes), _menos(partes, habia)", "habia, partes"),
            ("        if habia == partes:\n", "        if False:\n"),
            ("        exigir_visto(parte, visto)\n", ""),
            ("        self.exigir([*(parte.en_datos() for parte in self.partes_de(anexo)), datos])\n", ""),
        ],
    ),
    *de(
        "expedientes/salida.py",
        "expedientes/tests/test_checklist.py",
        cambios=[
            (
                '.order_by("-id").values("fecha_entrega", "aprobada")',
                '.order_by("id").values("fecha_entrega", "aprobada")',
            ),
            ("    exigir_permiso(por.rol, PERMISO)\n", ""),
            ('ultimo["aprobada"] is False', 'not ultimo["aprobada"]'),
            ("return settings.SALIDA_CON_CHECKLIST and hasta", "return hasta"),
            ("len(motivo) > MOTIVO_MAXIMO", "len(motivo) >= MOTIVO_MAXIMO"),
        ],
    ),
    *de(
        "expedientes/checklist/models.py",
        "expedientes/tests/test_checklist.py",
        cambios=[
            ('case_blind(item.get(columna) or "")', 'item.get(columna) or ""'),
            ("        if any(sin_punto(parte) for parte in partes):\n", "        if False:\n"),
        ],
    ),
    *de(
        "expedientes/verbos.py",
        "expedientes/tests/test_comentarios.py",
        cambios=[("            if not relacion.field.target_field.primary_key:\n", "            if False:\n")],
    ),
    *de(
        "monitor/cambios/registro.py",
        "expedientes/tests/test_restaurar.py",
        cambios=[('{"archivado": True}, {"archivado": False}', '{"archivado": True}, {"archivado": True}')],
    ),
    *de(
        "monitor/admin/exports.py",
        "monitor/admin/tests/test_exports.py",
        cambios=[
            ("        if not self.has_view_permission(request):\n            raise PermissionDenied\n", ""),
            ("        if sin_lugar := page_without_room(request):\n            return sin_lugar\n", ""),
            ("for de_la_pagina in (PAGE_VAR, ERROR_FLAG):", "for de_la_pagina in (ERROR_FLAG,):"),
        ],
    ),
    *de(
        "monitor/exportacion/como_csv.py",
        "monitor/exportacion/tests/test_formatos.py",
        cambios=[('FORMULA = ("=", "+", "-", "@", "\\t", "\\r")', 'FORMULA = ("=", "+", "-", "@")')],
    ),
    *de(
        "monitor/exportacion/como_hoja_xlsx.py",
        "monitor/exportacion/tests/test_hojas.py",
        cambios=[
            ("self._hoja.write_string(", "self._hoja.write("),
            ("return SIN_FORMULA if valor.startswith(FORMULA) else {}", "return {}"),
            (".as_tuple().digits) <= DIGITOS", ".as_tuple().digits) <= 99"),
            ("isinstance(dia, date) and dia >= PRIMERA", "isinstance(dia, date)"),
        ],
    ),
    *de(
        "monitor/exportacion/como_hoja_pdf.py",
        "monitor/exportacion/tests/test_hojas.py",
        cambios=[
            ("self[codigo], self.falto = SUSTITUTO, True", "self[codigo] = SUSTITUTO"),
            ("while (cabe := self._cuanto_cabe(palabra, tope)) < len(palabra):", "while False:"),
            ("repeatRows=2", "repeatRows=0"),
        ],
    ),
    *de(
        "expedientes/formatos/contenido.py",
        "expedientes/formatos/tests/test_formatos.py",
        cambios=[
            ("filter(pk=anexo.pk, version=anexo.version)", "filter(pk=anexo.pk)"),
            ('no_siniestro=no_siniestro).order_by("-id").first()', 'no_siniestro=no_siniestro).order_by("id").first()'),
            ('MARCA if item["valor"] == valor else None', 'MARCA if item["valor"] else None'),
        ],
    ),
    *de(
        "expedientes/formatos/admin.py",
        "expedientes/formatos/tests/test_formatos.py",
        cambios=[("if not request.user.has_perm(FORMATOS[cual].permiso):", "if False:")],
    ),
    *de(
        "monitor/archivos/recortes/jpeg.py",
        "monitor/archivos/tests/test_tipos.py",
        "monitor/archivos/tests/test_recortes.py",
        cambios=[
            ("0 < len(pasadas) <= MAS_PASADAS", "0 < len(pasadas)"),
            ("uno.clase in SOBRAN or", "uno.clase in () or"),
        ],
    ),
    *de(
        "monitor/archivos/recortes/png.py",
        "monitor/archivos/tests/test_tipos.py",
        "monitor/archivos/tests/test_recortes.py",
        cambios=[("if clase in DE_PNG or", "if True or"), ("if faltan <= 0:", "if True:")],
    ),
    *de(
        "monitor/archivos/recortes/webp.py",
        "monitor/archivos/tests/test_recortes.py",
        cambios=[("clase not in hay and", "True and")],
    ),
    *de(
        "monitor/archivos/recortes/heic.py",
        "monitor/archivos/tests/test_recortes.py",
        cambios=[("hacia += largo", "hacia += 0")],
    ),
    *de(
        "monitor/archivos/oficina.py",
        "monitor/archivos/tests/test_tipos.py",
        cambios=[(" or parte.file_size > quedan", ""), ("            if suya:", "            if False:")],
    ),
    *de(
        "monitor/archivos/imagenes.py",
        "expedientes/evidencias/tests/test_descargar.py",
        cambios=[("return _cuesta(imagen) <= AL_DIBUJAR and", "return")],
    ),
    *de(
        "monitor/archivos/imagenes.py",
        "expedientes/formatos/tests/test_formatos.py",
        cambios=[("LADO_DE_UN_DIBUJO, PIXELES_DE_UN_DIBUJO", "LADO_DE_UN_DIBUJO, PIXELES")],
    ),
    *de(
        "monitor/admin/finder.py",
        "monitor/admin/tests/test_finder.py",
        cambios=[("if not self.found_as or not self.has_view_permission(request):", "if not self.found_as:")],
    ),
    *de(
        "expedientes/verbos.py",
        "expedientes/tests/test_numeros.py",
        "expedientes/tests/test_recibir.py",
        cambios=[
            ("recibido is None and (conocido or choques == CHOQUES)", "recibido is None"),
            ("uid is None or not se_escribio(self.model, uid)", "uid is None or not self.filter(uid=uid).exists()"),
            ("        if nuevo == no_siniestro:\n            return read(self.model, nuevo)\n", ""),
            ("exigir_visto(expediente, visto)\n        if nuevo", "if nuevo"),
            ('{"no_siniestro": no_siniestro, "uid": expediente.uid,', '{"no_siniestro": nuevo, "uid": expediente.uid,'),
            (
                ".filter(**{relacion.field.name: no_siniestro})",
                ".filter(**{relacion.field.name: no_siniestro})[:1]",
            ),
        ],
    ),
    *de(
        "expedientes/numeros.py",
        "expedientes/tests/test_numeros.py",
        "expedientes/tests/test_textos.py",
        cambios=[
            ("SET ultimo = numero_provisional.ultimo + 1", "SET ultimo = numero_provisional.ultimo"),
            ('.order_by("-id")\n        ultimo', '.order_by("id")\n        ultimo'),
            ("if ultimo and not ultimo[1]", "if ultimo"),
            ("fullmatch(no_siniestro) is not None", "match(no_siniestro) is None"),
        ],
    ),
    *de(
        "monitor/admin/once.py",
        "expedientes/tests/test_recibir.py",
        cambios=[('f"{por.pk} {formulario}"', 'f"{formulario}"')],
    ),
    *de(
        "expedientes/recibir.py",
        "expedientes/tests/test_recibir.py",
        cambios=[
            ("        if not self.has_add_permission(request):\n            raise PermissionDenied\n", ""),
            (
                "        if not self.has_change_permission(request, expediente):\n            raise PermissionDenied\n",
                "",
            ),
            ("if con_pagina else None", ""),
            ("for uno in vivos if uno.esta_abierto", "for uno in vivos"),
            ("Aseguradora.objects.vigentes()", "Aseguradora.objects.all()"),
        ],
    ),
    *de(
        "monitor/db/triggers.py",
        "expedientes/tests/test_numeros.py",
        cambios=[
            ("FOLLOWS if to_follow else ''", "''"),
            ("OLD.{pk}) AND {solo_sigue})", "OLD.{pk}))"),
        ],
    ),
    *de(
        "monitor/db/triggers.py",
        "expedientes/tests/test_numeros.py",
        postgresql=True,
        cambios=[
            ("\n            AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] THEN", " THEN"),
            ("TG_TABLE_NAME || ':' || OLD.id = ANY (string_to_array(abierta, ','))\n", "TG_TABLE_NAME IS NOT NULL\n"),
        ],
    ),
    *de(
        "monitor/api/lists.py",
        "monitor/cambios/tests/test_seguimiento.py",
        cambios=[
            ("LARGEST_ID if place < of else -1", "-1"),
            ("LARGEST_ID if place < of else -1", "LARGEST_ID"),
            ("return sorted(rows, key=self.position)[:limit]", "return rows[:limit]"),
        ],
    ),
    # --- Catálogos ---
    *de(
        "catalogos/base.py",
        "catalogos/tests/test_views.py",
        "catalogos/tests/test_models.py",
        cambios=[
            ("self.filter(eliminado=False)", "self.all()"),
            ("CaseBlind(self.model.clave), CaseBlind(models.Value(valor))", "self.model.clave, models.Value(valor)"),
            (
                "        elif not fila.eliminado:\n"
                '            raise Conflicto(nueva.ya_existe(), codigo="ya_existe")\n',
                "",
            ),
            ("            fila.copiar(nueva)\n", "            fila.eliminado = False\n"),
            ("        self.eliminado = False\n        for campo", "        for campo"),
            (
                "if not fila.eliminado:\n            raise Conflicto(frase(NO_ELIMINADA",
                "if False:\n            raise Conflicto(frase(NO_ELIMINADA",
            ),
            (
                "        fila.validar(nuevos)\n",
                "        pass\n",
            ),
            (
                "        usos = fila.usos()\n",
                '        usos = ""\n',
            ),
            ('return self._guardar(fila, "eliminó", por)', "return fila"),
            (
                'vigentes = filas.vigentes() if hasattr(filas, "vigentes") else filas.all()',
                "vigentes = filas.all()",
            ),
            ("    default_validators = [sin_inversion]\n", ""),
            ("if nuevos is None or campo.attname in nuevos]", "]"),
            ("texto and with_single_blanks(texto)", "texto"),
            ("texto and composed(texto.upper())", "texto"),
            ("validators=[sin_blancos, sin_formato, *validators]", "validators=validators"),
            ("transaction.on_commit(\n", "transaction.on_commit(lambda: None) or (\n"),
        ],
    ),
    *de(
        "catalogos/base.py",
        "catalogos/tests/test_carreras.py",
        postgresql=True,
        cambios=[
            ("self.vigentes().select_for_update(no_key=no_key)", "self.vigentes()"),
            ("select_for_update(no_key=no_key)", "select_for_update()"),
            ("fila = self._bloquear(pk)\n", "fila = self._bloquear(pk, no_key=True)\n"),
            ("            if is_duplicate(error):\n", "            if False:\n"),
        ],
    ),
    *de(
        "catalogos/models.py",
        "catalogos/tests/test_views.py",
        "catalogos/tests/test_admin.py",
        "catalogos/tests/test_models.py",
        cambios=[
            ("validators=[Entre((-90, 90))]", "validators=[Entre((-180, 180))]"),
            ("validators=[Entre((-180, 180))]", "validators=[Entre((-90, 90))]"),
            ("validators=[Entre((0, ENTERO_MAXIMO))]", "validators=[Entre((-1, ENTERO_MAXIMO))]"),
            (
                'self.vigentes().values_list("pk", "departamento_padre_id")',
                'self.values_list("pk", "departamento_padre_id")',
            ),
            ("            if ancestro == fila.pk:\n", "            if False:\n"),
            ("            ancestro = padres.get(ancestro)\n", "            ancestro = None\n"),
        ],
    ),
    *de(
        "catalogos/models.py",
        "catalogos/tests/test_carreras.py",
        postgresql=True,
        cambios=[
            (
                "            self._bloquear_arbol()\n        return super().crear(",
                "            pass\n        return super().crear(",
            ),
            (
                "            self._bloquear_arbol()\n        return super().actualizar(",
                "            pass\n        return super().actualizar(",
            ),
            (
                "        self._bloquear_arbol()\n        return super().reactivar(",
                "        return super().reactivar(",
            ),
            ("list(self.select_for_update(no_key=True)", "list(self.select_for_update()"),
        ],
    ),
    *de(
        "monitor/db/functions.py",
        "monitor/db/tests/test_functions.py",
        postgresql=True,
        cambios=[
            ("IF octet_length(llano) = length(llano) THEN RETURN", "IF length(llano) < 9 THEN RETURN"),
            ("\\u0300-\\u0344\\u0346-\\u036f", "\\u0300-\\u036f"),
            ('"sin_mayusculas", "", "descompuesto", _without_case', '"sin_mayusculas", "", "llano", _without_case'),
        ],
    ),
    *de(
        "catalogos/importacion/carga.py",
        "catalogos/tests/test_archivos.py",
        cambios=[
            ("        self.existentes.exigir_inequivoca(fila, valores)\n", ""),
            ("        self.existentes.nombrar(escrita)\n", ""),
            ("lineas.modelo.objects.en_lote()", "lineas.modelo.objects"),
        ],
    ),
    *de(
        "monitor/importacion/trabajo.py",
        "monitor/importacion/tests/test_importar.py",
        "monitor/importacion/tests/test_orden.py",
        cambios=[
            ("vista is not None and vista != resultado.huella", "False"),
            ("if resultado.rechazos or resultado.es_otro or not escritas:", "if resultado.es_otro or not escritas:"),
            ("        transaction.set_rollback(True)\n    return resultado\n", "    return resultado\n"),
        ],
    ),
    *de(
        "monitor/importacion/deshacer.py",
        "monitor/importacion/tests/test_importar.py",
        cambios=[
            ("versiones.get(fila.uid) != fila.version_escrita", "fila.uid not in versiones"),
            ('_lotes(importacion, "-id")', '_lotes(importacion, "id")'),
            ("[escrita.uid for escrita in lote if not escrita.creada]", "[]"),
        ],
    ),
    *de(
        "monitor/importacion/admin.py",
        "monitor/importacion/tests/test_importar.py",
        cambios=[
            ("borra = not importacion.creadas or propio.has_delete_permission(request)", "borra = True"),
            ("or not self.may_undo(request, importacion)", ""),
        ],
    ),
    *de(
        "monitor/importacion/libro.py",
        "monitor/importacion/tests/test_libro.py",
        cambios=[
            ("        self._parser.StartDoctypeDeclHandler = _rechazar\n", ""),
            ("if self.abierto > ABIERTO_MAXIMO:", "if False:"),
            ("and self._columna <= ULTIMA_COLUMNA", ""),
        ],
    ),
    # --- Roles, identidad y tokens ---
    *de(
        "monitor/roles.py",
        "monitor/api/tests/test_routes.py",
        "monitor/api/tests/test_fail_closed.py",
        "monitor/usuarios/tests/test_admin.py",
        "expedientes/tests/test_admin.py",
        "solicitudes/tests/test_admin.py",
        cambios=[
            ("rol in PERMISOS.get(permiso, ())", "True"),
            ("rol in PERMISOS.get(permiso, ())", "rol in PERMISOS.get(permiso, TODOS)"),
            ("if not tiene_permiso(rol, permiso):", "if tiene_permiso(rol, permiso) is None:"),
            ("OPERADORES = frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR})", "OPERADORES = frozenset(Rol)"),
            ('"usuarios.view_usuario": ADMINISTRADORES', '"usuarios.view_usuario": OPERADORES'),
            ('"usuarios.add_usuario": ADMINISTRADORES', '"usuarios.add_usuario": OPERADORES'),
            ('"usuarios.delete_usuario": ADMINISTRADORES', '"usuarios.delete_usuario": OPERADORES'),
            ('**{f"usuarios.{accion}_llave": ADMINISTRADORES', '**{f"usuarios.{accion}_llave": OPERADORES'),
            ('**{f"catalogos.add_{catalogo}": OPERADORES', '**{f"catalogos.add_{catalogo}": TODOS'),
            ('**{f"catalogos.delete_{catalogo}": ADMINISTRADORES', '**{f"catalogos.delete_{catalogo}": OPERADORES'),
            ('"expedientes.change_expediente": OPERADORES', '"expedientes.change_expediente": TODOS'),
            ('"expedientes.delete_expediente": ADMINISTRADORES', '"expedientes.delete_expediente": OPERADORES'),
            (
                '"expedientes.view_expedientearchivado": ADMINISTRADORES',
                '"expedientes.view_expedientearchivado": OPERADORES',
            ),
            ('"post_office.view_email": ADMINISTRADORES', '"post_office.view_email": OPERADORES'),
        ],
    ),
    *de(
        "monitor/api/identity.py",
        "monitor/api/tests/test_identity.py",
        "monitor/api/tests/test_fail_closed.py",
        "monitor/api/tests/test_tokens.py",
        cambios=[
            ("        if PERMISOS.get(caller.permiso) != TODOS:\n            caller.confirm()\n", ""),
            ("        else:\n            caller.ask()\n        return rows", "        return rows"),
            (
                '            raise NoAutenticado(INVALIDO, codigo="token_invalido")\n',
                "            return None\n",
            ),
            ("            exigir_permiso(person.rol, self.permiso)\n", "            pass\n"),
            ("        self.confirm()\n        return self.token.id", "        return self.token.id"),
            ("self.token.id if self._settled else CallerReference(self)", "self.token.id"),
            ("version_token = %s AND is_active AND rol", "version_token = %s AND rol"),
            ("is_active AND rol IN ({roles})", "is_active AND '' NOT IN ({roles})"),
            ("return [self.caller.token.version]", "return [0]"),
            ("self._settled, self._person, self._exists = False", "self._settled, self._person, self._exists = True"),
            (
                "        if rows:\n            caller.settle()\n        else:\n",
                "        caller.settle()\n        if False:\n",
            ),
            (
                "models.Exists(get_user_model().objects.de_token(id_, version))",
                "models.Exists(get_user_model().objects.filter(id=id_)), ~models.Q(pk=version)",
            ),
        ],
    ),
    *de(
        "monitor/api/authentication.py",
        "monitor/api/tests/test_tokens.py",
        "monitor/api/tests/test_identity.py",
        cambios=[
            ("if not header.startswith(SCHEME) or not token:", "if not token:"),
            ("if not header.startswith(SCHEME) or not token:", "if not header.startswith(SCHEME):"),
        ],
    ),
    *de(
        "monitor/api/keys.py",
        "monitor/usuarios/tests/test_llaves.py",
        cambios=[
            ("if token is None or token.exp <= now:", "if token is None:"),
            ("if token is None or token.exp <= now:", "if True:"),
            ("if 0 <= now - _noted.get(token.id, 0) < BETWEEN_NOTES:", "if False:"),
            ("    _known.pop(huella, None)\n", "    pass\n"),
            ("vence.timestamp() if vence else inf", "inf"),
            ("return token is not None and token.exp > time.time()", "return token is not None"),
            ("return token is not None and token.exp > time.time()", "return True"),
            ("        with without_waiting():\n", "        if True:\n"),
        ],
    ),
    *de(
        "monitor/usuarios/llaves.py",
        "monitor/usuarios/tests/test_llaves.py",
        "monitor/usuarios/tests/test_llaves_admin.py",
        cambios=[
            ("            models.Q(vence=None) | models.Q(vence__gt=Param", "            ~models.Q(vence=Param"),
            ("            usuario__is_active=True,\n", ""),
            ('"version_token": Llave.VERSION + 1', '"version_token": Llave.VERSION'),
            ('{"is_active": False, "version_token"', '{"version_token"'),
            ("        if llave.revocada_en:\n            return llave\n", ""),
            ("        exigir_rol(rol)\n", ""),
            ("if self.vence and self.vence <= timezone.now():", "if False:"),
            ('"prefijo": texto[: secretos.VISIBLES]', '"prefijo": texto[-secretos.VISIBLES :]'),
            ('        "es_llave": True,\n', ""),
            ('"nombre": f"Llave: {nombre}"', '"nombre": nombre'),
            ("self.filter(viejo, pk=pk)", "self.filter(pk=pk)"),
            ("self.filter(viejo, pk=pk)", "self.filter(viejo)"),
        ],
    ),
    *de(
        "monitor/secretos.py",
        "monitor/usuarios/tests/test_llaves.py",
        cambios=[
            ("AL_AZAR = 40", "AL_AZAR = 39"),
            ("return sha256(llave.encode()).hexdigest()", "return llave"),
        ],
    ),
    *de(
        "monitor/api/permissions.py",
        "monitor/api/tests/test_permissions.py",
        "monitor/api/tests/test_routes.py",
        "monitor/api/tests/test_fail_closed.py",
        "monitor/api/tests/test_identity.py",
        cambios=[
            ('action.permiso if action else ""', "action.permiso if action else None"),
            ("if not (action and action.identity_in_statement):", "if False:"),
            ("if not (action and action.identity_in_statement):", "if not action:"),
            ("if action and not action.permiso:", "if True:"),
        ],
    ),
    *de(
        "monitor/api/viewsets.py",
        "monitor/api/tests/test_permissions.py",
        cambios=[
            ("        TABLE.has_permission(request, self)\n", ""),
            ("        self.check_permissions(request)\n", ""),
        ],
    ),
    *de(
        "monitor/api/viewsets.py",
        "monitor/api/tests/test_viewsets.py",
        cambios=[("for part in cls.__mro__ if part not in ApiViewSet.__mro__ for", "for part in (cls,) for")],
    ),
    *de(
        "monitor/policies.py",
        "monitor/tests/test_encabezados.py",
        "monitor/tests/test_paginas.py",
        cambios=[
            ("\"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\"", '""'),
            ("script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action", "form-action"),
            ('OF_DATA = {CSP: NOTHING, CORP: "same-origin"}', "OF_DATA = {CSP: NOTHING}"),
            ("\"frame-ancestors 'none'; base-uri 'none'\"\n)", "\"frame-ancestors 'self'; base-uri 'none'\"\n)"),
        ],
    ),
    *de(
        "monitor/logs.py",
        "monitor/tests/test_bitacora.py",
        cambios=[
            ("        record.exc_text = None  # another formatter's, with the message\n", ""),
            ('return "".join(_traces(ei[1])).rstrip("\\n")', "return super().formatException(ei)"),
            ('            record.msg, record.args = "Petición rechazada", ()\n', "            pass\n"),
            ('route_of(request) if arg.startswith("/") else', ""),
            ("        yield from _traces(cause)\n", ""),
        ],
    ),
    *de(
        "solicitudes/correo/servidor.py",
        "monitor/tests/test_bitacora.py",
        cambios=[
            ("    if isinstance(error, smtplib.SMTPException):\n        return f", "    if False:\n        return f")
        ],
    ),
    *de(
        "monitor/api/tokens.py",
        "monitor/api/tests/test_tokens.py",
        cambios=[
            ("if read.exp <= time.time():", "if read.exp < 0:"),
            ("type(value) is not int for value in read", "not isinstance(value, int) for value in read"),
            (" or max(abs(read.id), abs(read.version)) >= 2**31", ""),
            ('ALGORITHM = "HS256"', 'ALGORITHM = "HS512"'),
            ('"v": usuario.version_token', '"v": 0'),
            ('"exp": now + int(lifetime.total_seconds())', '"exp": now + 60'),
            ("settings.JWT_SECRET, *settings.JWT_SECRET_FALLBACKS)", "settings.JWT_SECRET)"),
            ('("iat", "aud", "iss", "sub", "jti")', '("iat",)'),
            ('("iat", "aud", "iss", "sub", "jti")', '("iat", "aud", "iss", "sub")'),
        ],
    ),
    *de(
        "monitor/api/dialects.py",
        "monitor/tests/test_serve.py",
        cambios=[(".func.cls.dialect", ".func.dialect")],
    ),
    *de(
        "monitor/api/dialects.py",
        "monitor/api/tests/test_dialects.py",
        cambios=[
            ("|| '.000', 20, 4)", "|| '.000', 21, 4)"),
            ("value.astimezone(UTC).replace", "value.replace"),
        ],
    ),
    *de(
        "monitor/api/dialects.py",
        "monitor/api/tests/test_dialects.py",
        postgresql=True,
        cambios=[("SS.MS", "SS.US")],
    ),
    # --- Servidor web ---
    *de(
        "monitor/management/commands/serve.py",
        "monitor/tests/test_serve.py",
        cambios=[('"PATH_INFO": path or "/api"', '"PATH_INFO": "/api"')],
    ),
    *de(
        "monitor/api/viewsets.py",
        "monitor/api/tests/test_routes.py",
        cambios=[("            refuse_large(request._request)\n", "            pass\n")],
    ),
    *de(
        "monitor/server/connection.py",
        "monitor/server/tests/test_connection.py",
        cambios=[
            ("            transport.abort()\n", "            pass\n"),
            ("malformed(_path(received.target),", 'malformed("",'),
            ("    if len(hosts) > 1 or (not hosts and", "    if (not hosts and"),
            ("    if codings and [", "    if False and ["),
            ('int(received.header("content-length") or 0) > received.body_limit', "False"),
            ("received.size > received.body_limit", "False"),
            ("return self.service.held <= limits.BODIES", "return True"),
            ("self.service.filed <= limits.FILES", "True"),
            ("self._count_filed(received, -received.filed)", "pass"),
            ("self.service.filed_by_strangers <= limits.FILES_OF_STRANGERS", "True"),
            ("self.service.filed_by_strangers += size", "self.service.filed_by_strangers += max(size, 0)"),
            ("received.since + limits.BODY_TIME + received.size / limits.SLOWEST", "0"),
            ("self.service.held -= len(received.body)", "self.service.held -= 0"),
            ("self.head_size > limits.HEAD", "False"),
            ("self.service.streams -= 1", "self.service.streams -= 0"),
            ("if self.pieces and self.can_write:", "if self.pieces:"),
            ("        if piece is BROKEN:\n", "        if False:\n"),
            ("            or self.service.stopping\n", ""),
            ("            self.transport.write_eof()\n", "            self.transport.close()\n"),
            ("        return self.answering is not None\n", "        return False\n"),
        ],
    ),
    *de(
        "monitor/server/application.py",
        "monitor/server/tests/test_connection.py",
        cambios=[
            ('        if "_" in name:\n', "        if False:\n"),
            ("        if key in environ:\n", "        if False:\n"),
        ],
    ),
    *de(
        "monitor/server/application.py",
        "monitor/server/tests/test_application.py",
        cambios=[
            ("Turns(count - 1)", "Turns(count)"),
            ("Kind(common, Turns(count // 2))", "Kind(common)"),
            ("if kind is not job.kind)", "if False)"),
            ("            turns.free += 1\n", "            pass\n"),
            ("            self.pending -= 1\n", "            self.pending -= 0\n"),
            ("if job.since >= before:", "if False:"),
            ("self.waiting.appendleft(job)", "pass"),
            ("for kind in (self._writes, self._long_reads, self._apart) for", "for kind in [self._writes] for"),
            ("        if self._is_apart(path):\n", "        if False:\n"),
            ("{key: until for key, until in list(self._long_until.items()) if until > now}", "{}"),
            ("return self._long_reads if self._reads_much(path) else self._reads", "return self._reads"),
            ("if self._turned_out_long(job):", "if False:"),
            ('        """Let them all be alike."""', "        super()._note(path, began, took_long)"),
            ("thread_time() - computed > limits.LONG)", "False)"),
            ('            if environ["REQUEST_METHOD"] in SAFE:\n', "            if True:\n"),
            ("            self._suspects.pop(key, None)\n", "            pass\n"),
            (
                "self._suspects.setdefault(key, now) < began:",
                "key in self._suspects or self._suspects.update({key: now}):",
            ),
            ("self._suspects.setdefault(key, now) < began:", "True:"),
            ("if since > before}", "}"),
            ("if job.kind.turns and not heir:", "if job.kind.turns:"),
            ("for kind in self._slow[place:] + self._slow[:place]:", "for kind in self._slow:"),
            ("        if method not in SAFE:\n", "        if False:\n"),
        ],
    ),
    *de(
        "monitor/server/workers.py",
        "monitor/server/tests/test_workers.py",
        cambios=[
            ("            attach_filter(self._listener, NO_NEW_CONNECTIONS)\n", "            pass\n"),
            ("self._start(min(free))", "self._start(0)"),
        ],
    ),
    *de(
        "monitor/server/workers.py",
        "monitor/server/tests/test_connection.py",
        cambios=[("socket.SO_SNDBUF, limits.IN_KERNEL", "socket.SO_KEEPALIVE, 1")],
    ),
    *de(
        "monitor/server/service.py",
        "monitor/server/tests/test_connection.py",
        cambios=[
            ("one.deadline < now", "False"),
            ("return self.streams < limits.STREAMS", "return True"),
            ("self.threads.give_up(now - limits.TURN_TIME)", "()"),
            ("return self.for_probes if path in self.probes else self.threads", "return self.threads"),
        ],
    ),
    *de(
        "monitor/metrics/table.py",
        "monitor/metrics/tests/test_table.py",
        cambios=[
            ("min(number, ROWS) * ROW", "number * ROW"),
            ("self._places = {key: place for place, key in self._rows_of(part)}", "self._places = {}"),
        ],
    ),
    *de(
        "monitor/metrics/__init__.py",
        "monitor/tests/test_views.py",
        "monitor/tests/test_metricas.py",
        cambios=[
            ("method if method in METHODS else OTHER", "method"),
            ("    _table = Table(workers)\n", "    pass\n"),
            ("        total += count\n", "        total = count\n"),
        ],
    ),
    *de(
        "monitor/readiness.py",
        "monitor/tests/test_views.py",
        cambios=[
            ("        if failing:\n", "        if False:\n"),
            ("monotonic() + FRESH", "monotonic()"),
        ],
    ),
    *de(
        "monitor/api/identity.py",
        "monitor/tests/test_middleware.py",
        cambios=[
            ("return self.token.id if self._settled or self._exists else None", "return self.token.id"),
            ("return self.token.id if self._settled or self._exists", "return self.token.id if self._settled"),
        ],
    ),
    *de(
        "monitor/api/uploads.py",
        "expedientes/evidencias/tests/test_subir.py",
        cambios=[("MAX_PARTS = 20", "MAX_PARTS = 25"), ("MAX_PARTS = 20", "MAX_PARTS = 19")],
    ),
    *de(
        "expedientes/evidencias/views.py",
        "expedientes/evidencias/tests/test_descargar.py",
        cambios=[
            ("int(min(time.time() + enlaces.DURA, token.exp))", "int(time.time() + enlaces.DURA)"),
            ('if not firmado or "HTTP_AUTHORIZATION" in request.META:', "if not firmado:"),
        ],
    ),
    *de(
        "solicitudes/admin/solicitud.py",
        "solicitudes/tests/test_admin.py",
        cambios=[
            (
                "return super().has_delete_permission(request, obj) and (obj is None or obj.la_edita(request.user))",
                "return super().has_delete_permission(request, obj)",
            )
        ],
    ),
    *de(
        "monitor/management/commands/importar.py",
        "monitor/importacion/tests/test_orden.py",
        cambios=[
            ("if not persona.is_active:", "if False:"),
            ("if not propio.has_import_permission(SimpleNamespace(user=persona)):", "if False:"),
        ],
    ),
    *de(
        "monitor/views.py",
        "monitor/tests/test_views.py",
        cambios=[
            ("if token and constant_time_compare(bearer(request), token):", "if token:"),
            ("        if self.permiso != VER_METRICAS:\n", "        if False:\n"),
        ],
    ),
    *de(
        "monitor/db/postgresql/base.py",
        "monitor/tests/test_servidor_y_base.py",
        postgresql=True,
        cambios=[
            (
                "            if monotonic() - start > LONG:\n                self.close()\n            else:\n",
                "            if True:\n",
            ),
            ("        if after > LONG and lost and", "        if False and"),
        ],
    ),
    *de(
        "monitor/db/postgresql/base.py",
        "monitor/db/tests/test_postgresql.py",
        postgresql=True,
        cambios=[
            ("        if self._opened_at < self.way.closed_at:\n", "        if False:\n"),
            (' and getattr(error.__cause__, "sqlstate", None) is None:', ":"),
        ],
    ),
    *de(
        "monitor/api/lists.py",
        "expedientes/tests/test_filters.py",
        cambios=[("    if has_room and not has_room():\n", "    if False:\n")],
    ),
    *de(
        "monitor/db/state.py",
        "monitor/api/tests/test_base_caida.py",
        postgresql=True,
        cambios=[
            ("ARRAY[300]", "ARRAY[3]"),
            ("current_setting('transaction_read_only') = 'off'", "true"),
        ],
    ),
    *de(
        "monitor/server/workers.py",
        "monitor/server/tests/test_connection.py",
        cambios=[
            ("self._turn = (self._turn + 1) % len(self._workers)", "self._turn = 0"),
            ("        closed.set()\n", "        pass\n"),
            ("                self._start_missing()\n", "                self._workers or self._start_missing()\n"),
        ],
    ),
    # --- Escrituras ---
    *de(
        "monitor/db/writes.py",
        "monitor/api/tests/test_identity.py",
        "expedientes/tests/test_views.py",
        "solicitudes/tests/test_crear.py",
        cambios=[
            ('sql = "NOT eliminado"', 'sql = "true"'),
            (
                "        por.pk  # noqa: B018  the statement doesn't check the author, so this line does\n",
                "        pass\n",
            ),
            ("    por.pk  # noqa: B018  as in `insert`\n", ""),
            ("        por.pk  # noqa: B018  raises when that is why\n", "        pass\n"),
            ("por.reference if isinstance(por.reference, Reference) else None", "None"),
            (
                "    if any(getattr(instance, name) == NO_ID for instance in instances for name in references):\n",
                "    if False:\n",
            ),
            ('WHERE id = %s AND {condition})"\n    return', 'WHERE id = %s OR {condition})"\n    return'),
        ],
    ),
    *de(
        "monitor/views.py",
        "monitor/tests/test_views.py",
        cambios=[
            (
                'return self.respond({"vivo": True}, headers=NO_STORE)',
                'return self.respond({"vivo": trouble() is None}, headers=NO_STORE)',
            )
        ],
    ),
    *de(
        "monitor/db/writes.py",
        "monitor/db/tests/test_writes.py",
        cambios=[("            instance.save = _refuse\n", "            pass\n")],
    ),
    *de(
        "monitor/db/writes.py",
        "catalogos/tests/test_carreras.py",
        "solicitudes/tests/test_carreras.py",
        "expedientes/tests/test_carreras.py",
        postgresql=True,
        cambios=[('hold = " FOR KEY SHARE" if connection.features.has_select_for_update else ""', 'hold = ""')],
    ),
    *de(
        "monitor/db/errors.py",
        "monitor/db/tests/test_errors.py",
        cambios=[
            ('("08", "57P01", "57P02", "57P03", "53300")', '("08", "57P01", "57P02", "57P03")'),
            ('("08", "57P01", "57P02", "57P03", "53300")', '("57P01", "57P02", "57P03", "53300")'),
            ('("08", "57P01", "57P02", "57P03", "53300")', '("08", "57P02", "57P03", "53300")'),
            ('("08", "57P01", "57P02", "57P03", "53300")', '("08", "57", "53300")'),
            ('("08", "57P01", "57P02", "57P03", "53300")', '("08", "57P01", "57P02", "57P03", "53")'),
            ('== "23505"', '== "23503"'),
            ('("SQLITE_BUSY", "SQLITE_LOCKED")', '("SQLITE_BUSY",)'),
            ('("SQLITE_READONLY", "SQLITE_FULL")', '("SQLITE_READONLY",)'),
            ('("55P03", "57014", "40P01")', '("55P03", "57", "40P01")'),
            ('("55P03", "57014", "40P01")', '("55P03", "57014")'),
            ('("25006", "53100", "53400")', '("25006", "53400")'),
            ('("25006", "53100", "53400")', '("25006", "53100")'),
            (
                '(isinstance(error, OperationalError) and hasattr(causa, "sqlstate"))',
                "isinstance(error, OperationalError)",
            ),
        ],
    ),
    # --- Usuarios y sus límites ---
    *de(
        "monitor/usuarios/intentos.py",
        "monitor/usuarios/tests/test_acceso.py",
        cambios=[
            ("POR_PAREJA = 5\n", "POR_PAREJA = 6\n"),
            ("POR_DIRECCION = 50", "POR_DIRECCION = 51"),
            ("POR_CUENTA = 20", "POR_CUENTA = 21"),
            ("VENTANA = timedelta(minutes=15)", "VENTANA = timedelta(minutes=16)"),
            ("EN_CURSO = timedelta(seconds=30)", "EN_CURSO = timedelta(seconds=40)"),
            ("DURA = timedelta(days=30)", "DURA = timedelta(days=31)"),
            ("DURA = timedelta(days=30)", "DURA = timedelta(days=29)"),
            ("            intento.delete()\n", ""),
            ("username=intento.username, direccion=intento.direccion).delete()", "username=intento.username).delete()"),
            (
                "username=intento.username, direccion=intento.direccion).delete()",
                "direccion=intento.direccion).delete()",
            ),
            ("models.Q(pk=intento.pk) | models.Q(en_curso=False)", "models.Q()"),
            ("self.filter(en__lte=ahora - self.VENTANA).delete()", "pass"),
            ("            self._exigir(de_la_direccion, self.POR_DIRECCION, intento.en)\n", ""),
            ("            self._exigir(de_la_cuenta, self.POR_CUENTA, intento.en)\n", ""),
            (
                "            if not DireccionConocida.objects.conoce(intento.username, intento.direccion):\n",
                "            if True:\n",
            ),
            ("if len(ultimos) <= limite:", "if len(ultimos) < limite:"),
            ("ultimos[-1][0] + self.VENTANA", "ultimos[0][0] + self.VENTANA"),
            ("update(en_curso=False)", "update(en_curso=True)"),
            ("minutos=-(-espera // 60)", "minutos=espera // 60"),
            ("direccion=direccion, en__gt=hace_poco)", "direccion=direccion)"),
            ("usuario__username=username, direccion=direccion, en__gt", "usuario__username=username, en__gt"),
            ("        self.filter(usuario=usuario, en__lte=ahora - self.DURA).delete()\n", ""),
            ('update_fields=["en"]', 'update_fields=["direccion"]'),
        ],
    ),
    *de(
        "monitor/usuarios/models.py",
        "monitor/usuarios/tests/test_models.py",
        "monitor/usuarios/tests/test_views.py",
        "monitor/usuarios/tests/test_llaves.py",
        "monitor/api/tests/test_tokens.py",
        "monitor/admin/tests/test_site.py",
        cambios=[
            ("version_token=version, is_active=True)", "version_token=version)"),
            ("return self.filter(es_llave=False)", "return self.all()"),
            ("return self.is_active and tiene_permiso(self.rol, perm)", "return tiene_permiso(self.rol, perm)"),
            ("filter(id=pk, version_token=version, is_active=True)", "filter(id=pk, is_active=True)"),
            ("        if era_activo and not usuario.is_active:\n            usuario.version_token += 1\n", ""),
            (
                "        if era_administrador and not usuario.es_administrador_activo:\n",
                "        if False:\n",
            ),
            ('        if pk == por.pk:\n            raise DatosInvalidos(PROPIA_CUENTA, codigo="cuenta_propia")\n', ""),
            ("filter(rol=Rol.ADMINISTRADOR, is_active=True)", "filter(rol=Rol.ADMINISTRADOR)"),
            (
                "        super().set_password(raw_password)\n        self.version_token += 1\n",
                "        super().set_password(raw_password)\n",
            ),
            ('update(version_token=models.F("version_token") + 1)', 'update(version_token=models.F("version_token"))'),
            ("            validate_password(password, self)\n", "            pass\n"),
            ("return self.is_active and self.rol == Rol.ADMINISTRADOR", "return self.rol == Rol.ADMINISTRADOR"),
            ("filter(pk=self.pk, password=self.password).update", "filter(pk=self.pk).update"),
            ('f"{self.version_token} {self.rol}"', "self.rol"),
            ('f"{self.version_token} {self.rol}"', "str(self.version_token)"),
        ],
    ),
    *de(
        "monitor/usuarios/models.py",
        "monitor/usuarios/tests/test_models.py",
        postgresql=True,
        cambios=[
            (
                "        self._bloquear_administradores()\n        usuario = self._bloquear(pk)\n        exigir_visto",
                "        usuario = self._bloquear(pk)\n        exigir_visto",
            ),
            (
                "        self._bloquear_administradores()\n        # With this lock",
                "        # With this lock",
            ),
        ],
    ),
    *de(
        "monitor/usuarios/acceso.py",
        "monitor/usuarios/tests/test_acceso.py",
        "monitor/admin/tests/test_site.py",
        cambios=[
            ("filter(username=username, is_active=True)", "filter(username=username)"),
            ("        make_password(password)  # as long as checking a known user's\n", "        pass\n"),
            ("    elif usuario.check_password(password):\n", "    else:\n"),
            ("    IntentoDeAcceso.objects.acierto(intento)\n", ""),
            ("    IntentoDeAcceso.objects.fallo(intento)\n", ""),
            ("usuario and usuario.is_active and", "usuario and"),
        ],
    ),
    *de(
        "monitor/usuarios/acceso.py",
        "monitor/usuarios/tests/test_llaves.py",
        cambios=[
            ("personas().filter(username=username", "filter(username=username"),
            (" and not usuario.es_llave else None", " else None"),
        ],
    ),
    *de(
        "monitor/usuarios/sesiones.py",
        "monitor/usuarios/tests/test_sesiones.py",
        cambios=[
            (', expire_date__gt=_campo("expire_date")', ""),
            ("            self._session_key = None\n", ""),
        ],
    ),
    *de(
        "expedientes/evidencias/lecturas.py",
        "expedientes/evidencias/tests/test_leer.py",
        cambios=[
            ("rows[0][self._estado] != leido.estado", "True"),
            ("len(rows) == 1 and ", ""),
            (" and rows[0][self._ultimo] == leido.ultimo", ""),
            (" and leido.estado == estado", ""),
            ("historial__eslabon__isnull=True", "historial__eslabon=-1"),
            (" and self._etag(rows[:1]) == etag", ""),
            ('models.Q(historial=Param("ultimo", ID))', "models.Q(historial=-1)"),
            ("if leido.estado == rows[0][self._estado]:", "if True:"),
        ],
    ),
    *de(
        "monitor/textos.py",
        "monitor/tests/test_validadores.py",
        cambios=[(r'CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")', r'CONTROL = re.compile(r"[\x00-\x1f]")')],
    ),
    *de(
        "monitor/validadores.py",
        "monitor/tests/test_validadores.py",
        cambios=[
            (r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", r"[\x00-\x1f\x7f-\x9f]"),
            (r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", r"[\x00-\x08\x0b\x0c\x0e-\x1f]"),
            ("    if CONTROL_EN_TEXTO_LARGO.search(valor):\n", "    if False:\n"),
            ("not limites[0] <= valor <= limites[1]", "not limites[0] < valor <= limites[1]"),
            ("not limites[0] <= valor <= limites[1]", "not limites[0] <= valor < limites[1]"),
            ("    if any(caracter.isspace() for caracter in valor):\n", '    if " " in valor:\n'),
        ],
    ),
    *de(
        "monitor/admin/verbs.py",
        "monitor/admin/tests/test_verbs.py",
        cambios=[
            (
                "                with transaction.atomic():\n                    verbo(clave)",
                "                if True:\n                    verbo(clave)",
            ),
        ],
    ),
    *de(
        "monitor/admin/verbs.py",
        "monitor/admin/tests/test_stale.py",
        cambios=[("por=request.user, visto=Seen([obj.tag]))", "por=request.user, visto=Seen(anything=True))")],
    ),
    *de(
        "monitor/admin/stale.py",
        "monitor/admin/tests/test_stale.py",
        cambios=[
            ("return self.etiqueta != fila.tag", "return False"),
            ("if self.vieja and self.pagina.decide and", "if self.pagina.decide and"),
            ("if self.vieja and self.pagina.decide and", "if False and"),
            ("(ajeno or (pendiente and eleccion != MIO)) and", "ajeno and"),
            ("(ajeno or (pendiente and eleccion != MIO)) and", "(ajeno or pendiente) and"),
            ("eleccion == SUYO or (ajeno", "(ajeno"),
            ("return super().is_valid() and not self.revisar", "return super().is_valid()"),
        ],
    ),
    *de(
        "expedientes/admin.py",
        "monitor/admin/tests/test_stale.py",
        cambios=[("visto = Seen([expediente.tag])", "visto = None")],
    ),
    # --- Solicitudes ---
    *de(
        "solicitudes/estados.py",
        "solicitudes/tests/test_estados.py",
        "solicitudes/tests/test_permisos.py",
        cambios=[
            ("APROBADA: frozenset({Estado.EN_PROCESO, Estado.CANCELADA})", "APROBADA: frozenset({Estado.EN_PROCESO})"),
            ("Estado.RECHAZADA: frozenset()", "Estado.RECHAZADA: frozenset({Estado.APROBADA})"),
            ("{Estado.APROBADA, Estado.RECHAZADA, Estado.CANCELADA}", "{Estado.APROBADA, Estado.CANCELADA}"),
            ("return not TRANSICIONES[self]", "return bool(TRANSICIONES[self])"),
        ],
    ),
    *de(
        "solicitudes/reglas.py",
        "solicitudes/tests/test_crear.py",
        "solicitudes/tests/test_rutas.py",
        cambios=[
            ('datos["fecha_servicio"] < timezone', 'datos["fecha_servicio"] <= timezone'),
            ("timezone.localdate(ahora())", "ahora().date()"),
            ('frases += _de_lugares(datos["lugares"])', "pass"),
            ("    if not lugares:\n", "    if False:\n"),
            ('if lugar["orden"] in vistos:', "if False:"),
            ('<= lugar["orden"] < len(lugares)', '<= lugar["orden"] <= len(lugares)'),
            ('not 0 <= lugar["orden"]', 'not -1 <= lugar["orden"]'),
            ("origenes[1:]", "origenes[2:]"),
            ('if lugar["requiere_retorno"] and lugar["es_origen"]:', "if False:"),
            ('if lugar["requiere_retorno"] and lugar["hora_retorno"] is None:', 'if lugar["hora_retorno"] is None:'),
            ('lugar["hora_retorno"] is None:', "False:"),
            ('if not lugar["requiere_retorno"] and', "if False and"),
        ],
    ),
    *de(
        "expedientes/reglas.py",
        "expedientes/tests/test_admin.py",
        cambios=[
            ("dia < expediente.fecha_ingreso", "dia <= expediente.fecha_ingreso"),
            ("and expediente.fecha_ingreso and", "and"),
            ("if es_de_otro_siglo(valor):", "if valor:"),
        ],
    ),
    *de(
        "monitor/admin/verbs.py",
        "monitor/admin/tests/test_stale.py",
        cambios=[
            ("visto=mostrada and mostrada.visto)\n\n    def delete_view", "visto=None)\n\n    def delete_view"),
            ("es_viejo = mostrada is not None and mostrada.es_viejo(obj)", "es_viejo = False"),
        ],
    ),
    *de(
        "solicitudes/reglas.py",
        "solicitudes/tests/test_admin.py",
        cambios=[
            ("[UN_SOLO_LUGAR] * (len(lugares) == 1)", "[UN_SOLO_LUGAR] * (len(lugares) == 2)"),
            ("[SIN_ORIGEN] * sin_origen", "[SIN_ORIGEN] * False"),
        ],
    ),
    *de(
        "solicitudes/admin/lugares.py",
        "solicitudes/tests/test_admin.py",
        cambios=[('"es_origen": orden == 0,', '"es_origen": False,')],
    ),
    *de(
        "monitor/cambios/linea.py",
        "monitor/cambios/tests/test_linea.py",
        cambios=[
            ('":{{"de":\'', "\"'"),
            ("filas.filter(self._antes.antes(momento, filas.model is Cambio))", "filas"),
            ("suyo.union(*self._uids, all=True)", "suyo"),
        ],
    ),
    *de(
        "solicitudes/permisos.py",
        "solicitudes/tests/test_permisos.py",
        "solicitudes/tests/test_crear.py",
        cambios=[
            ("_DUENOS = frozenset({SOLICITANTE, Rol.ADMINISTRADOR})", "_DUENOS = frozenset({SOLICITANTE})"),
            ("_DUENOS = frozenset({SOLICITANTE,", "_DUENOS = frozenset({SOLICITANTE, APROBADOR,"),
            ("_DECIDEN = frozenset({APROBADOR, Rol.ADMINISTRADOR})", "_DECIDEN = frozenset({APROBADOR})"),
            ("_DECIDEN = frozenset({APROBADOR,", "_DECIDEN = frozenset({APROBADOR, Rol.OPERADOR,"),
            (
                "frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR, SOLICITANTE})",
                "frozenset({Rol.ADMINISTRADOR, SOLICITANTE})",
            ),
            ("frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR, SOLICITANTE})", "frozenset(Rol)"),
            ("frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR}) | _PARTES", "frozenset(Rol) | _PARTES"),
            ("frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR}) | _PARTES", "frozenset({Rol.ADMINISTRADOR}) | _PARTES"),
            ("_PARTES | {Rol.ADMINISTRADOR}", "_DUENOS"),
            ("{Accion.APROBAR: _PIDIERON, Accion.RECHAZAR: _PIDIERON}", "{Accion.RECHAZAR: _PIDIERON}"),
            ("{Accion.APROBAR: _PIDIERON, Accion.RECHAZAR: _PIDIERON}", "{Accion.APROBAR: _PIDIERON}"),
            ("frozenset({SOLICITANTE, SOLICITANTE_ANTERIOR})", "frozenset({SOLICITANTE})"),
            ("frozenset({SOLICITANTE, SOLICITANTE_ANTERIOR})", "frozenset({SOLICITANTE_ANTERIOR})"),
            ("if pk == aprobador_id:", "if pk != aprobador_id:"),
            ("    if not papeles_de(usuario, **partes) & PUEDEN[accion]:\n", "    if False:\n"),
            ("[usuario.pk, *creadores]", "[usuario.pk]"),
        ],
    ),
    *de(
        "solicitudes/models/consultas.py",
        "solicitudes/tests/test_permisos.py",
        "solicitudes/tests/test_rutas.py",
        "solicitudes/tests/test_admin.py",
        cambios=[
            ("return self.filter(eliminado=False)", "return self.all()"),
            ("models.Q(solicitante=pk) | models.Q(aprobador=pk)", "models.Q(solicitante=pk)"),
            ("self.vigentes() if todas else", "self.vigentes() if todas or True else"),
            ("filter(estado=Estado.PENDIENTE_APROBACION, aprobador=usuario.pk)", "filter(aprobador=usuario.pk)"),
        ],
    ),
    *de(
        "solicitudes/models/solicitud.py",
        "solicitudes/tests/test_models.py",
        "solicitudes/tests/test_rutas.py",
        cambios=[
            ("{*self.solicitantes_anteriores, self.solicitante_id}", "{self.solicitante_id}"),
            ("if self.estado_id != Estado.PENDIENTE_APROBACION:", "if self.estado_id == Estado.CANCELADA:"),
        ],
    ),
    *de(
        "solicitudes/models/verbos.py",
        "solicitudes/tests/test_models.py",
        "solicitudes/tests/test_permisos.py",
        "solicitudes/tests/test_rutas.py",
        "solicitudes/tests/test_crear.py",
        "solicitudes/tests/test_admin.py",
        cambios=[
            (
                '        exigir(Accion.CREAR, por, solicitante_id=datos["solicitante_id"]',
                '        dict(solicitante_id=datos["solicitante_id"]',
            ),
            ("        exigir(Accion.CREAR, por, **partes)\n", ""),
            (
                '            raise DatosInvalidos(DatosInvalidos.SIN_CAMBIOS, codigo="sin_cambios")\n',
                "            return\n",
            ),
            ('if partes["solicitante_id"] == partes["aprobador_id"]:', "if False:"),
            ("        solicitud.exigir_pendiente(Accion.ACTUALIZAR)\n", ""),
            ("        solicitud.exigir_pendiente(Accion.ELIMINAR)\n", ""),
            ("        reglas.exigir_reglas(datos)\n        solicitud.exigir", "        solicitud.exigir"),
            ("        reglas.exigir_reglas(datos)\n        momento", "        momento"),
            ('propios | {"actualizado_en": ahora()}', "propios"),
            ('{"eliminado": True, "actualizado_en": ahora()}', '{"eliminado": True}'),
            ('{"estado_id": hasta, "actualizado_en": momento}', '{"estado_id": hasta}'),
            ("        if hasta not in TRANSICIONES[Estado(solicitud.estado_id)]:\n", "        if False:\n"),
            ("        exigir(accion, por, creadores, **solicitud.partes())\n", ""),
            ("cambio, correos.eliminada(solicitud, por), por)", "cambio, [], por)"),
            ('        "motivo": motivo,\n', '        "motivo": None,\n'),
            ('"cambiado_por_id": por.pk', '"cambiado_por_id": None'),
            (
                "            LugarSolicitud.objects.filter(solicitud=solicitud.pk).delete()\n",
                "            LugarSolicitud.objects.all().delete()\n",
            ),
            ("timezone.localtime(momento).strftime", "momento.strftime"),
            ("Accion.RECHAZAR: Estado.RECHAZADA, Accion", "Accion.RECHAZAR: Estado.CANCELADA, Accion"),
            ("        filas += [(Email, cola.fila_de(mensaje)) for mensaje in mensajes]\n", ""),
            ("sorted(datos.get", "list(datos.get"),
        ],
    ),
    *de(
        "solicitudes/models/verbos.py",
        "monitor/cambios/tests/test_versiones.py",
        cambios=[("        exigir_visto(solicitud, visto)\n", "")],
    ),
    *de(
        "solicitudes/models/verbos.py",
        "solicitudes/tests/test_carreras.py",
        postgresql=True,
        cambios=[("self.visibles_para(por).select_for_update(no_key=True)", "self.visibles_para(por)")],
    ),
    *de(
        "solicitudes/referencias.py",
        "solicitudes/tests/test_crear.py",
        "solicitudes/tests/test_rutas.py",
        cambios=[
            ("personas().filter(is_active=True)", "personas()"),
            ("Departamento.objects.vigentes()", "Departamento.objects.all()"),
            ("TipoPrioridadSolicitud.objects.vigentes()", "TipoPrioridadSolicitud.objects.all()"),
            ("TipoServicioSolicitud.objects.vigentes()", "TipoServicioSolicitud.objects.all()"),
            ("Lugar.objects.vigentes()", "Lugar.objects.all()"),
            ("    if errores:\n", "    if False:\n"),
            ("if len(personas) == 2 and", "if False and"),
            ("for i, lugar in lugares]", "for i, lugar in lugares][:1]"),
        ],
    ),
    *de(
        "solicitudes/referencias.py",
        "solicitudes/tests/test_carreras.py",
        postgresql=True,
        cambios=[('CompiledUnion(_hacer, lock="FOR KEY SHARE")', "CompiledUnion(_hacer)")],
    ),
    *de(
        "solicitudes/correo/cola.py",
        "solicitudes/tests/test_cartero.py",
        "solicitudes/tests/test_admin.py",
        cambios=[
            ('"devuelto", "turno", *antes', '"turno", *antes'),
            ('"devuelto", "turno", *antes', '"devuelto", *antes'),
            ("models.Q(scheduled_time=None, last_updated__gt=", "models.Q(last_updated__gt="),
            ("INTENTOS = 20", "INTENTOS = 21"),
            ("ESPERA_MINIMA = timedelta(minutes=1)", "ESPERA_MINIMA = timedelta(minutes=2)"),
            ("ESPERA_MAXIMA = timedelta(hours=4)", "ESPERA_MAXIMA = timedelta(hours=5)"),
            ("PLAZO = timedelta(minutes=2)", "PLAZO = timedelta(minutes=3)"),
            ("_a_tiempo() | _sin_nadie(), status__in=POR_ENTREGAR, pk=pk", "pk=pk"),
            ("_primeros(_a_tiempo() | _con_novedad())", "_primeros(_a_tiempo())"),
            ("_sin_nadie() & models.Q(pk__in", "models.Q(pk__in"),
            ('filter(ultimo__gt=models.F("last_updated"))', "filter()"),
            ("_primeros(_a_tiempo()).aggregate", "Email.objects.filter(_a_tiempo()).aggregate"),
            ('models.Q(pk=models.F("primero"))', "models.Q()"),
            ("filter(pk=correo.pk, scheduled_time=correo.scheduled_time)", "filter(pk=correo.pk)"),
            ("    if mio:\n", "    if True:\n"),
            ("scheduled_time=_dentro_de(PLAZO)", "scheduled_time=timezone.now() + PLAZO"),
            ("scheduled_time__lte=Now()", "scheduled_time__lte=timezone.now()"),
            ("(correo.number_of_retries - 1) or None", "correo.number_of_retries"),
            ('antes = ("last_updated", "pk")', 'antes = ("pk",)'),
            ("[escrita(correo.para)]", "correo.to"),
            ("    if correo.para != direccion:\n", "    if False:\n"),
            ("definitivo or correo.number_of_retries >= INTENTOS", "definitivo or correo.number_of_retries > INTENTOS"),
            ("correos.filter(status=STATUS.failed)", "correos.all()"),
            ("number_of_retries=0, last_updated", "last_updated"),
            ("(STATUS.queued, STATUS.requeued)", "(STATUS.queued,)"),
            ("filter(cuando, pk__in", "filter(pk__in"),
            ('Coalesce("number_of_retries", 0) + 1', 'Coalesce("number_of_retries", 1)'),
        ],
    ),
    *de(
        "solicitudes/correo/cartero.py",
        "solicitudes/tests/test_cartero.py",
        cambios=[
            ("            cola.devolver(correo)\n", ""),
            ("definitivo=rechazo == Rechazo.DEFINITIVO", "definitivo=False"),
            ("        cola.anotar_omision(correo, str(razon))\n", ""),
            ("None if self._stopping.is_set() else cola.tomar(pk)", "cola.tomar(pk)"),
            (
                "                if correo and not _entregar(correo, servidor):\n",
                "                if correo and _entregar(correo, servidor) is None:\n",
            ),
        ],
    ),
    *de(
        "solicitudes/correo/servidor.py",
        "solicitudes/tests/test_cartero.py",
        cambios=[
            ("conexion.rcpt = lambda para, opciones=(): ", "_ = lambda para, opciones=(): "),
            ("    if isinstance(error, ValueError):", "    if False:"),
            ("clase == DE_SEGURIDAD or", "False or"),
            ("or codigo in NO_NOS_DEJA", ""),
            ("NO_NOS_DEJA = (503, 530, 535)", "NO_NOS_DEJA = (530, 535)"),
            ("NO_NOS_DEJA = (503, 530, 535)", "NO_NOS_DEJA = (503, 530)"),
            ("NO_EXISTE = (550, 551, 553)", "NO_EXISTE = (550,)"),
            ("clase == DE_LA_PERSONA or", "False or"),
            ("(clase is None and codigo in NO_EXISTE)", "codigo in NO_EXISTE"),
            ("codigo >= 500 and codigo != NO_CABE", "codigo >= 500"),
            ("codigo >= 500 and codigo != NO_CABE", "False"),
        ],
    ),
    *de(
        "solicitudes/correo/direcciones.py",
        "solicitudes/tests/test_cartero.py",
        cambios=[
            ("punycode(dominio)", "dominio"),
            ('and "=?" not in local', ""),
            ("|=(?=\\?)", ""),
            ("IMPRIMIBLE.fullmatch(local + dominio)", "True"),
        ],
    ),
    *de(
        "solicitudes/correo/avisos.py",
        "solicitudes/tests/test_cartero.py",
        cambios=[
            ("and not hoy.eliminado", ""),
            ("return pendiente and getattr(hoy, parte) == persona", "return pendiente"),
            ("return pendiente and getattr", "return getattr"),
            ('    Aviso.CAMBIADA: _espera_de("aprobador_id"),\n', ""),
            ("hoy.aprobador_id != persona", "True"),
            ("hoy.estado_id != Estado.CANCELADA", "True"),
        ],
    ),
    *de(
        "solicitudes/correo/entrega.py",
        "solicitudes/tests/test_cartero.py",
        cambios=[
            ("(sobre.persona, sobre.otra), is_active=True)", "(sobre.persona, sobre.otra))"),
            ("        raise NoSeEntrega(SUPERADO)\n", "        pass\n"),
            (" or cola.llega_tarde(correo)", ""),
            ("        raise NoSeEntrega(SIN_DESTINO)\n", "        pass\n"),
            ("direcciones.get(sobre.otra)", "direcciones.get(sobre.persona)"),
            ("    cola.cambiar_para(correo, direcciones[sobre.persona])\n", ""),
        ],
    ),
    *de(
        "solicitudes/correo/mensajes.py",
        "solicitudes/tests/test_correos.py",
        cambios=[
            ("if por.pk == solicitud.solicitante_id:", "if True:"),
            ("por.nombre or por.username", "por.username"),
            ("    elif cambios :=", "    if cambios :="),
            ("        if antes.en_datos(columnas) != ahora.en_datos(columnas)\n", ""),
            ("    if viejas == nuevas:\n", "    if False:\n"),
            ("if parada not in comunes", ""),
            ("if parada.sitio.nombre in homonimos else", "if False else"),
            ("if hora.second else", "if False else"),
            ('self.dicho.replace("\\n", "\\n> ")', "self.dicho"),
            ('"<blockquote>{}</blockquote>"', '"<br>{}"'),
            ("parada.hora_retorno < parada.hora_llegada", "parada.hora_retorno <= parada.hora_llegada"),
            ('"\\n> ".join', '"\\n".join'),
            ("if carta.aviso == Aviso.PENDIENTE else []", ""),
            (
                'format_html_join(mark_safe("<br>"), "{}", ([linea] for linea in lineas))',
                'mark_safe("<br>".join(lineas))',
            ),
            ('"" if carta.aviso == Aviso.ELIMINADA else comun["enlace"]', 'comun["enlace"]'),
            ("if _persona(carta).email]", "]"),
        ],
    ),
    *de(
        "monitor/background.py",
        "monitor/tests/test_background.py",
        cambios=[("LONGEST_PAUSE = 60", "LONGEST_PAUSE = 120")],
    ),
    *de(
        "monitor/management/worker.py",
        "solicitudes/tests/test_cartero.py",
        cambios=[
            (
                "lambda: con_su_padre is None or os.getppid() == con_su_padre",
                "lambda padre=os.getppid(): con_su_padre is None or os.getppid() == padre",
            ),
        ],
    ),
    *de(
        "solicitudes/models/verbos.py",
        "monitor/cambios/tests/test_versiones.py",
        cambios=[("        if not cambio:\n", "        if False:\n")],
    ),
    *de(
        "monitor/archivos/plazos.py",
        "expedientes/nube/tests/test_fallas.py",
        cambios=[
            ("        self.vencido = True\n", "        return\n"),
            ("conexion.shutdown(socket.SHUT_RDWR)", "pass"),
            ("        if self.vencido:\n", "        if False:\n"),
        ],
    ),
    # --- Repeticiones ---
    *de(
        "monitor/api/idempotency.py",
        "monitor/api/tests/test_idempotency.py",
        cambios=[
            (
                'METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})',
                'METHODS = frozenset({"POST", "PUT", "PATCH"})',
            ),
            ('PATTERN = f"^[!-~]{{1,', 'PATTERN = f"^[!-~]{{0,'),
            ('PATTERN = f"^[!-~]', 'PATTERN = f"^[ -~]'),
            ("if kept and kept.huella not in self._fingerprints:", "if False:"),
            ("if not 200 <= response.status_code < 300:", "if False:"),
            ('return f"{request.method}\\0', 'return f"'),
            ("\\0{request.path_info}\\0", "\\0"),
            ("digest(request, _head(request))", "_head(request)"),
            ("[settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]", "[settings.SECRET_KEY]"),
            ('headers | {REPLAYED: "true"}', "headers"),
            ("            body = self._cipher().encrypt(body)\n", "            pass\n"),
        ],
    ),
    *de(
        "monitor/api/idempotency.py",
        "monitor/api/tests/test_idempotency.py",
        postgresql=True,
        cambios=[
            ("        raise _Again from error\n", "        raise\n"),
            ("            raise InProgress  # another", "            pass  # another"),
            ('        if connection.vendor == "postgresql":\n', "        if False:\n"),
        ],
    ),
    *de(
        "monitor/db/writes.py",
        "monitor/api/tests/test_idempotency.py",
        postgresql=True,
        cambios=[("        if connection.insert_condition:\n            raise NotInserted\n", "")],
    ),
    *de(
        "monitor/repeticiones/models.py",
        "monitor/api/tests/test_idempotency.py",
        "monitor/repeticiones/tests/test_borrar_respuestas.py",
        cambios=[
            ("DURA = timedelta(hours=72)", "DURA = timedelta(hours=71)"),
            (" AND guardada_en > {hasta}", ""),
            ('f"usuario_id = %s AND clave', 'f"usuario_id <> -%s AND clave'),
            ('(*Guardada._fields, "guardada_en")', "Guardada._fields"),
            ("guardada_en__lte=hasta", "guardada_en__isnull=False"),
        ],
    ),
    *de(
        "monitor/repeticiones/models.py",
        "monitor/api/tests/test_idempotency_carreras.py",
        postgresql=True,
        cambios=[
            ("        if not libre:\n", "        if False:\n"),
            ("WHERE {TURNO['postgresql']} AND", "WHERE %s IS NOT NULL AND"),
            ('sha256(f"{usuario_id} {clave}".encode())', 'sha256(f"{clave}".encode())'),
        ],
    ),
    *de(
        "monitor/usuarios/views.py",
        "monitor/api/tests/test_idempotency.py",
        cambios=[("    takes_key = False\n", "")],
    ),
    # --- Respaldos ---
    *de(
        "monitor/respaldos/contenedor.py",
        "monitor/respaldos/tests/test_contenedor.py",
        cambios=[
            ("        if dicha != _huella(self._archivo):\n", "        if False:\n"),
            ("os.O_EXCL, 0o600", "os.O_EXCL, 0o644"),
            ("st_size - LARGO, hashlib", "st_size - 2 * LARGO, hashlib"),
        ],
    ),
    *de(
        "monitor/respaldos/carpeta.py",
        "monitor/respaldos/tests/test_carpeta.py",
        cambios=[
            ("            | set(momentos[-1:])\n", ""),
            ("momento > ahora - RECIENTES", "momento > ahora"),
            ("[-cuantos:]", "[:cuantos]"),
            ("isocalendar()[:2]", "isocalendar()[1]"),
            ("            shutil.rmtree(resto)\n", "            pass\n"),
            ("            fcntl.flock(cerrojo, fcntl.LOCK_EX)\n", ""),
        ],
    ),
    *de(
        "monitor/respaldos/manifiesto.py",
        "monitor/respaldos/tests/test_contenedor.py",
        "monitor/respaldos/tests/test_ordenes.py",
        cambios=[
            ("        if self.base != base:\n", "        if False:\n"),
            ("        if ajenas:\n", "        if False:\n"),
            ('datos["formato"] > FORMATO', "False"),
        ],
    ),
    *de(
        "monitor/respaldos/trabajos.py",
        "monitor/respaldos/tests/test_ordenes.py",
        cambios=[
            ("        elif antes != ahora:\n", "        elif False:\n"),
            ("        if not manifiesto.migraciones:\n", "        if False:\n"),
            ("sorted(set(manifiesto.objetos) - set(lector.objetos()))", "()"),
        ],
    ),
    *de(
        "monitor/respaldos/sqlite.py",
        "monitor/respaldos/tests/test_sqlite.py",
        cambios=[
            ('    if errores != ["ok"]:\n', "    if False:\n"),
            ('with closing(_abrir(self.ruta, "ro")) as', 'with closing(_abrir(self.ruta, "rw")) as'),
        ],
    ),
    *de(
        "monitor/respaldos/intercambio.py",
        "monitor/respaldos/tests/test_sqlite.py",
        cambios=[
            ("            fcntl.lockf(archivo, fcntl.LOCK_EX | fcntl.LOCK_NB, CERROJOS, PRIMER_CERROJO)\n", ""),
            ("            fcntl.flock(archivo, fcntl.LOCK_EX | fcntl.LOCK_NB)  # `serve` holds this one\n", ""),
            (
                "        os.link(ruta, anterior)\n        _apartar_lados(ruta, anterior)\n",
                "        os.link(ruta, anterior)\n",
            ),
            ("        _esperar_a_que_la_suelten(vieja)\n", ""),
            ("                    aparte.replace(lado)\n", "                    pass\n"),
        ],
    ),
    *de(
        "monitor/respaldos/postgresql.py",
        "monitor/respaldos/tests/test_postgresql.py",
        postgresql=True,
        cambios=[
            ("and _bloquear(servidor, nombre):", "and True:"),
            ("        if sesiones:\n", "        if False:\n"),
        ],
    ),
    *de(
        "monitor/respaldos/cliente.py",
        "monitor/respaldos/tests/test_postgresql.py",
        postgresql=True,
        cambios=[
            ("if nombre not in SECRETOS}", "}"),
            ("int(suya[1]) < mayor", "False"),
            ("            if proceso.returncode:\n", "            if False:\n"),
        ],
    ),
    *de(
        "monitor/api/openapi/json_schema.py",
        "monitor/api/tests/test_openapi.py",
        cambios=[('"maximum": field.maximum} | _limits(field)', '"maximum": field.maximum}')],
    ),
    # --- The cloud ---
    *de(
        "expedientes/nube/mudanzas.py",
        "expedientes/nube/tests/test_mudanzas.py",
        "expedientes/nube/tests/test_fallas.py",
        cambios=[
            ("        if NUBE.bajar(llave) == suyos:\n", "        if NUBE.bajar(llave):\n"),
            ("        ALMACEN.soltar(evidencia.lugar)\n", ""),
            ("        entrante.guardar()\n", ""),
            ("entrante.write) == contenido.suyos(evidencia)", "entrante.write)"),
            ("    subir_acompanantes(no_siniestro)\n", ""),
            ("    if estado != Estado.SALIDA:\n", "    if False:\n"),
            ("    ALMACEN.borrar(evidencia.lugar)  #", "    ALMACEN.borrar(entrante.lugar)  #"),
        ],
    ),
    *de(
        "monitor/archivos/nube.py",
        "expedientes/nube/tests/test_mudanzas.py",
        "expedientes/nube/tests/test_fallas.py",
        cambios=[
            ('== "InvalidRange":', '== "":'),
            ("if monotonic() > plazo:", "if False:"),
            ("        if ahora < self._hasta:\n", "        if False:\n"),
            ("        _silencio.termina()\n    except", "    except"),
            ('== "NoSuchKey":', '== "":'),
            ("    if len(llave.encode()) <= MAYOR_LLAVE:\n", "    if True:\n"),
            ('if uno["Key"].startswith(comienzo):', "if True:"),
            ('ruta.removeprefix("/")', "ruta"),
            ("DURA_UNA_DIRECCION = 15 * 60", "DURA_UNA_DIRECCION = 60"),
            ("ConnectionCls = con_plazo(AWSHTTPConnection)", "ConnectionCls = AWSHTTPConnection"),
            ("ConnectionCls = con_plazo(AWSHTTPSConnection)", "ConnectionCls = AWSHTTPSConnection"),
        ],
    ),
    *de(
        "monitor/archivos/comprobar.py",
        "expedientes/evidencias/tests/test_descargar.py",
        "expedientes/nube/tests/test_fallas.py",
        cambios=[
            ("self._leida.hexdigest() != self._enviado.son.sha256", "False"),
            ("    if tamano != enviado.son.tamano:\n", "    if False:\n"),
            ("        if huella(archivo) != enviado.son.sha256:\n", "        if False:\n"),
            (".dicha == enviado.son.sha256", ""),
            (
                "enviado.son, estado.st_dev, estado.st_ino, estado.st_size, estado.st_mtime_ns, estado.st_ctime_ns",
                "enviado.son, estado.st_ino",
            ),
        ],
    ),
    *de(
        "expedientes/evidencias/contenido.py",
        "expedientes/nube/tests/test_fallas.py",
        cambios=[("            evidencia = ahora\n", "            raise\n")],
    ),
    *de(
        "expedientes/evidencias/models.py",
        "expedientes/nube/tests/test_fallas.py",
        cambios=[("pk=evidencia.pk, expediente=expediente.pk, **vista", "pk=evidencia.pk, expediente=expediente.pk")],
    ),
    *de(
        "expedientes/estados.py",
        "expedientes/nube/tests/test_mudanzas.py",
        cambios=[
            ("if estado == Estado.SALIDA and getattr", "if getattr"),
            ('    f"EXISTS ({_SUYA}) AND NOT EXISTS', '    f"NOT EXISTS'),
        ],
    ),
    *de(
        "expedientes/evidencias/revision.py",
        "expedientes/nube/tests/test_mudanzas.py",
        cambios=[
            ('{"ubicacion_almacenamiento": Ubicacion.LOCAL.value})', "{})"),
            ("if uno.lugar in en_la_nube else", "if False else"),
            ("                if DE_EVIDENCIA.search(uno.lugar):\n", "                if True:\n"),
            ("len(sueltos) == vistos and _debe_haber()", "False"),
            ('return sin_diagonal, f"/{sin_diagonal}"', "return lugar, lugar"),
        ],
    ),
    *de(
        "expedientes/nube/models.py",
        "expedientes/nube/tests/test_backup.py",
        cambios=[
            ("not (actual.tomada and _esta_libre())", "True"),
            ("not (actual.tomada and _esta_libre())", "not _esta_libre()"),
        ],
    ),
    *de(
        "expedientes/nube/exportacion.py",
        "expedientes/nube/tests/test_backup.py",
        cambios=[
            ("            if seguidas == SEGUIDAS:\n", "            if False:\n"),
            ("if suyo else None", "if True else None"),
        ],
    ),
    *de(
        "expedientes/nube/views.py",
        "expedientes/nube/tests/test_fallas.py",
        cambios=[(" if self.action in TRABAJOS else None", " if False else None")],
    ),
    *de(
        "monitor/api/idempotency.py",
        "expedientes/nube/tests/test_backup.py",
        cambios=[("if kept := once.kept_answer():", "if kept := None:")],
    ),
]
