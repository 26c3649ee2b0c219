libaccel_a_SOURCES += %D%/reuse.c %D%/reuse.h \
	%D%/sharing.c %D%/sharing.h \
	%D%/survey.c %D%/survey.h %D%/access.h \
	%D%/access_file.c %D%/access_file.h
