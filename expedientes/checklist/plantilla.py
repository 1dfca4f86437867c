"""The points of our form for the inspection of a unit that leaves, by system, in the order in which somebody goes over
the unit."""

PLANTILLA: dict[str, tuple[str, ...]] = {
    "Carrocería": (
        "Alineación de puertas, cofre y cajuela",
        "Fascias y molduras fijas",
        "Salpicaderas y costados sin ondulaciones",
        "Manijas, bisagras y chapas",
        "Cristales y medallones sin daño",
        "Espejos laterales",
    ),
    "Pintura": (
        "Igualación de tono",
        "Sin escurridos, basura ni cáscara de naranja",
        "Pulido y abrillantado",
        "Calcomanías y emblemas",
    ),
    "Luces": (
        "Faros: altas y bajas",
        "Cuartos y luces traseras",
        "Direccionales e intermitentes",
        "Luz de freno y de reversa",
        "Luz interior y de placa",
    ),
    "Motor y fluidos": (
        "Nivel de aceite",
        "Nivel de anticongelante",
        "Líquido de frenos",
        "Sin fugas a la vista",
        "Batería y terminales",
    ),
    "Frenos, suspensión y dirección": (
        "Frenos: recorrido y respuesta",
        "Freno de mano",
        "Suspensión sin ruidos",
        "Dirección centrada",
    ),
    "Llantas y rines": (
        "Presión y estado de las llantas",
        "Tuercas apretadas",
        "Rines y tapones",
        "Llanta de refacción",
    ),
    "Interior": (
        "Tablero sin testigos encendidos",
        "Aire acondicionado y calefacción",
        "Elevadores y seguros",
        "Cinturones y bolsas de aire",
        "Radio y bocinas",
        "Asientos, tapetes y vestiduras limpios",
    ),
    "Herramienta y documentos": (
        "Gato y llave de cruz",
        "Señales de emergencia",
        "Tarjeta de circulación",
        "Llaves y control",
    ),
    "Prueba": (
        "Prueba de manejo",
        "Lavado y aspirado",
    ),
}

PUNTOS = [(sistema, punto) for sistema, puntos in PLANTILLA.items() for punto in puntos]
