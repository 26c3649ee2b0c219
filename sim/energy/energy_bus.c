/* energy_bus.c - what a word costs on a multicast network, by how far it goes.
 *
 * On a bus it leaves L2, or an L1, which lies at the middle of the array's
 * edge, runs past all rows, and along those that it is for, with the tags of
 * its row and column; at each row and each PE of such a row a tag is compared;
 * in the PEs it waits in a fifo.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_table.h"

/* From PE to PE of a machine that does not say: Eyeriss, 168 PEs in 77 %
 * of 12.25 mm2 (JSSC 52(1), 2017). */
#define PITCH_UM 237.0
#define PITCH_NODE_NM 65

double energy_pitch_mm(const struct energy_table *table,
                       const struct arch *arch)
{
    if (arch->pitch_um == 0)
        return PITCH_UM / 1e3 * table->node_nm / PITCH_NODE_NM;
    if (arch->node_nm > 0 && table->node_nm > 0)
        return arch->pitch_um / 1e3 * table->node_nm / arch->node_nm;
    return arch->pitch_um / 1e3;
}

bool energy_is_of_components(const struct energy_table *table)
{
    return table->grid != NULL && table->register_bit.n_entries > 0;
}

static double first_of(const struct energy_list *list)
{
    return list->n_entries > 0 ? list->entry[0].energy : 0;
}

static int tag_bits(int n)
{
    int bits = 0;
    while (1 << bits < n)
        bits++;
    return bits;
}

/* The longest wire that needs no repeaters; what `short_wire` is for (Dally et
 * al., VLSI 2018). */
#define BARE_MM 0.3

double energy_wire(const struct energy_table *table, double mm)
{
    const struct energy_list *bare = &table->short_wire;
    return mm * first_of(mm <= BARE_MM * (1 + 1e-9) && bare->n_entries > 0
                             ? bare
                             : &table->wire);
}

/* A bit from the edge of the array to a PE, each on wires of its own, on the
 * average of all rows. */
static double own_wire(const struct energy_table *table, double pitch_mm,
                       int rows)
{
    double energy = 0;
    for (int row = 0; row < rows; row++)
        energy += energy_wire(table, pitch_mm * (row + 0.5));
    return energy / rows;
}

/* A network over so many rows and columns of PEs.  One that moves fewer slots
 * in a cycle than there are rows is a bus past all of them; with as many, each
 * row has a wire of its own, at whose end the word enters; and with as many as
 * PEs each has, from the edge, on average half of the rows long.  Psums of as
 * many slots as columns enter and leave at the columns' ends. */
static struct energy_bus bus_of(const struct energy_table *table,
                                const struct arch *arch, int rows, int cols,
                                enum network network, int bits)
{
    const struct network_arch *net = &arch->network[network];
    const bool is_psum =
        network == NETWORK_PSUM_IN || network == NETWORK_PSUM_OUT;
    const double mm = energy_pitch_mm(table, arch);
    const double wire = first_of(&table->wire) * bits;
    const double slot = net->words_per_slot > 1 ? net->words_per_slot : 1;
    const double tag = first_of(&table->tag) / slot;
    const int row_tag = tag_bits(rows), col_tag = tag_bits(cols);
    /* What a word carries beside its own bits. */
    const double to_rows = first_of(&table->wire) * (row_tag + col_tag) / slot;
    const double to_cols = first_of(&table->wire) * col_tag / slot;
    struct energy_bus bus = {.word = table->noc_hop.entry[0].energy * bits /
                                     table->noc_hop.entry[0].width_bits};
    if (net->slots_per_cycle >= (is_psum ? cols : rows * cols)) {
        bus.word += is_psum ? 0 : own_wire(table, mm, rows) * bits;
    } else if (net->slots_per_cycle >= rows && rows > 1) {
        bus.row = wire * mm * cols;
    } else {
        bus.sent =
            (wire + to_rows) * mm * (cols / 2.0 + rows) + tag * row_tag * rows;
        bus.row = (wire + to_cols) * mm * cols + tag * col_tag * cols;
    }
    return bus;
}

void energy_bus_costs(const struct energy_table *table, const struct arch *arch,
                      struct energy_costs *out)
{
    static const enum tensor tensor_of[NETWORK_N] = {
        [NETWORK_FILTER] = TENSOR_FILTER,
        [NETWORK_IFMAP] = TENSOR_IFMAP,
        [NETWORK_PSUM_IN] = TENSOR_PSUM,
        [NETWORK_PSUM_OUT] = TENSOR_PSUM,
    };
    const int cluster_rows = arch->has_l1 && arch->l1_cluster_rows > 0
                                 ? arch->l1_cluster_rows
                                 : arch->rows;
    const int cluster_cols = arch->has_l1 ? arch->l1_cluster_cols : arch->cols;
    for (int k = 0; k < NETWORK_N; k++) {
        const bool from_l1 = tensor_of[k] != TENSOR_PSUM;
        out->bus[k] =
            bus_of(table, arch, from_l1 ? cluster_rows : arch->rows,
                   from_l1 ? cluster_cols : arch->cols, (enum network)k,
                   arch->precision_bits[tensor_of[k]]);
    }
    const double mm =
        energy_pitch_mm(table, arch) * (cluster_rows + cluster_cols) / 2.0;
    const double router =
        arch->l2_to_l1 == L2_TO_L1_MESH ? first_of(&table->router) : 0;
    for (int t = 0; t < TENSOR_N; t++)
        out->l1_hop[t] =
            arch->precision_bits[t] * (first_of(&table->wire) * mm + router);
}
