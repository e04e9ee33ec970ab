CREATE ACCESS METHOD deeplake TYPE TABLE HANDLER heap_tableam_handler;
