/* options_key.h - what argp calls the options without a letter.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTIONS_KEY_H
#define SIM_CLI_OPTIONS_KEY_H

enum options_key { /* those of SystemC: sim/systemc/options_systemc.h */
                   KEY_CFG = 256,
                   KEY_NET,
                   KEY_LAYER,
                   KEY_BATCH,
                   KEY_SHAPE,
                   KEY_GEMM,
                   KEY_DATAFLOW,
                   KEY_MAPPING,
                   KEY_PLUGIN,
                   KEY_SET,
                   KEY_KERNEL,
                   KEY_NO_MEMO,
                   KEY_MEMO_BYTES,
                   KEY_CHECK,
                   KEY_FORMAT,
                   KEY_FILTER,
                   KEY_SHOW_MAPPING,
                   KEY_MAX_CYCLES,
                   KEY_STATS,
                   KEY_ACCESSES,
                   KEY_MAPPINGS,
                   KEY_OBJECTIVE,
                   KEY_TOP,
                   KEY_TIME_LIMIT,
                   KEY_SAVE,
                   KEY_CONSTRAINTS,
                   KEY_HELP_CONFIG,
                   KEY_LIST_DATAFLOWS,
                   KEY_USAGE,
                   KEY_JOBS = 'j', /* the letters that GNU programs give them */
                   KEY_OUTPUT = 'o',
                   KEY_HELP = '?',
                   KEY_VERSION = 'V'
};

#endif
