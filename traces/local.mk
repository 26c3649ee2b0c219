libaccel_a_SOURCES += %D%/reuse.c %D%/reuse.h \
	%D%/sharing.c %D%/sharing.h %D%/access.h
