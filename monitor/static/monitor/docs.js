"use strict";

const lugar = document.getElementById("documentacion");

SwaggerUIBundle({
  domNode: lugar,
  url: lugar.dataset.esquema,
  deepLinking: true,
  displayRequestDuration: true,
  // Otherwise it sends the address of this document to a validator on another host.
  validatorUrl: null,
});
