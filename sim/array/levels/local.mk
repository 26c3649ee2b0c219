libaccel_a_SOURCES += \
	%D%/levels_array.c \
	%D%/levels_array.h \
	%D%/levels_blocks.c \
	%D%/levels_class.c \
	%D%/levels_class.h \
	%D%/levels_follow.c \
	%D%/levels_follow.h \
	%D%/levels_key.c \
	%D%/levels_key.h \
	%D%/levels_machine.c \
	%D%/levels_machine.h \
	%D%/levels_mesh.c \
	%D%/levels_mesh.h \
	%D%/levels_pairs.c \
	%D%/levels_pairs.h \
	%D%/levels_parts.h \
	%D%/levels_room.c \
	%D%/levels_room.h \
	%D%/levels_steps.c \
	%D%/levels_units.c \
	%D%/levels_units.h \
	%D%/levels_usual.c \
	%D%/levels_usual.h \
	%D%/levels_values.c \
	%D%/levels_values.h \
	%D%/levels_words.c \
	%D%/levels_words.h
