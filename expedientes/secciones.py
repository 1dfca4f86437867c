"""The sections in which the values of an expediente are shown, on its page and on paper."""

# The sections are those of the paper folder. Each has its title, its lines, and the CSS class that sets it in columns
# (admin.css).
SECCIONES = (
    ("Vehículo", (("marca", "modelo", "tipo"), ("color", "placas"), "vehiculo"), ()),
    ("Cliente", (("nombre_cliente", "telefono_cliente", "correo_cliente"),), ()),
    (
        "Taller y fechas",
        (
            ("orden", "factura", "asesor"),
            ("tecnico", "mecanico"),
            ("fecha_ingreso", "fecha_valuacion", "fecha_autorizacion"),
            ("fecha_pzas_completas", "unidad_terminada", "fecha_entrega"),
        ),
        (),
    ),
    (
        "Datos y comentarios",
        (
            "observaciones",
            ("dato1", "dato1_fecha_hora"),
            ("dato2", "dato2_fecha_hora"),
            ("dato3", "dato3_fecha_hora"),
            ("dato4", "dato4_fecha_hora"),
        ),
        ("en-dos",),
    ),
    (
        "Documentos",
        (
            ("doc_orden_admision", "doc_identificacion", "doc_tarjeta_circulacion", "doc_caratula_poliza"),
            ("doc_carta_reparacion", "doc_comprobante_deducible", "doc_finiquito", "doc_encuesta_servicio"),
        ),
        ("en-cuatro",),
    ),
    ("Aseguradora", (("aseguradora", "comentarios_aseguradora_fh"), "comentarios_aseguradora"), ("en-dos",)),
)
