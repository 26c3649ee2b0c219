dist_pkgdata_DATA = %D%/dadiannao_like.cfg %D%/tensor_core.cfg \
	%D%/haswell.cfg %D%/k80.cfg \
	%D%/eyeriss.cfg %D%/eyeriss_v2_dense.cfg \
	%D%/eyeriss_v2_sparse.cfg %D%/nvdla_small.cfg \
	%D%/nvdla_large.cfg \
	%D%/shidiannao.cfg \
	%D%/gemmini.cfg %D%/systolic.cfg %D%/tpu_v1.cfg \
	%D%/conv1d_l1_1.cfg %D%/conv1d_l1_2.cfg %D%/conv1d_l1_4.cfg \
	%D%/conv1d_pes.cfg %D%/conv1d_banks.cfg \
	%D%/eyeriss_spads.cfg %D%/simba_like.cfg
# The Python package; on its own, too, in the source tree.
accelsimdir = $(pythondir)/accelsim
if HAVE_PYTHON
dist_accelsim_DATA = $(ACCELSIM_PACKAGE)
else
EXTRA_DIST += $(ACCELSIM_PACKAGE)
endif
ACCELSIM_PACKAGE = %D%/accelsim/__init__.py %D%/accelsim/dask.py \
	%D%/accelsim/plan.py %D%/accelsim/plots.py %D%/accelsim/program.py \
	%D%/accelsim/py.typed %D%/accelsim/records.py %D%/accelsim/server.py \
	%D%/accelsim/store.py
EXTRA_DIST += %D%/sweeps/pictures.py
sweepsdir = $(pkgdatadir)/sweeps
dist_sweeps_DATA = %D%/sweeps/array_sizes.cfg %D%/sweeps/buffer_split.cfg \
	%D%/sweeps/dataflows.cfg \
	%D%/sweeps/energy_delay_area.cfg
conv1ddir = $(pkgdatadir)/conv1d
dist_conv1d_DATA = %D%/conv1d/common.inc
mappingsdir = $(pkgdatadir)/mappings
dist_mappings_DATA = %D%/mappings/conv1d_order1_1.cfg \
	%D%/mappings/conv1d_order1_2.cfg %D%/mappings/conv1d_order1_4.cfg \
	%D%/mappings/conv1d_order2_1.cfg %D%/mappings/conv1d_order2_2.cfg \
	%D%/mappings/conv1d_order2_4.cfg %D%/mappings/conv1d_tile2_1.cfg \
	%D%/mappings/conv1d_tile2_2.cfg %D%/mappings/conv1d_tile2_4.cfg \
	%D%/mappings/conv1d_shared_by_4.cfg \
	%D%/mappings/conv1d_shared_by_2.cfg \
	%D%/mappings/conv1d_mismatched.cfg \
	%D%/mappings/conv1d_across_banks.cfg \
	%D%/mappings/gemmini_rtl.cfg \
	%D%/mappings/eyeriss_v2_alexnet.cfg \
	%D%/mappings/eyeriss_v2_alexnet_best.cfg \
	%D%/mappings/eyeriss_spads_alexnet.cfg \
	%D%/mappings/simba_like_alexnet.cfg
networksdir = $(pkgdatadir)/networks
dist_networks_DATA = %D%/networks/alexnet.cfg %D%/networks/alexnet_pruned.cfg \
	%D%/networks/alexnet_energy_pruned.cfg \
	%D%/networks/googlenet.cfg \
	%D%/networks/lenet5.cfg %D%/networks/mlp0.cfg %D%/networks/mlp1.cfg \
	%D%/networks/overfeat.cfg %D%/networks/conv1d.cfg \
	%D%/networks/gemmini_rtl.cfg \
	%D%/networks/mobilenetv2.cfg %D%/networks/resnet50.cfg %D%/networks/vgg16.cfg \
	%D%/networks/alexnet_graph.cfg %D%/networks/bert_base.cfg \
	%D%/networks/googlenet_graph.cfg %D%/networks/gpt2_decode.cfg \
	%D%/networks/gpt2_prefill.cfg %D%/networks/inception_v3.cfg \
	%D%/networks/lenet5_graph.cfg %D%/networks/llama7b_decode.cfg \
	%D%/networks/llama7b_layer.cfg %D%/networks/lstm.cfg \
	%D%/networks/mobilenetv2_graph.cfg %D%/networks/overfeat_graph.cfg \
	%D%/networks/resnet50_graph.cfg %D%/networks/unet.cfg \
	%D%/networks/vgg16_graph.cfg %D%/networks/vit_b16.cfg
validationdir = $(pkgdatadir)/validation
dist_validation_DATA = %D%/validation/dram_parts.cfg \
	%D%/validation/chip_ceilings.cfg \
	%D%/validation/nvdla_primer.cfg \
	%D%/validation/energy_tables.cfg %D%/validation/energy_chips.cfg \
	%D%/validation/gemmini_rtl.cfg %D%/validation/gemmini_rtl.csv \
	%D%/validation/eyeriss_alexnet.cfg %D%/validation/eyeriss_vgg16.cfg \
	%D%/validation/eyeriss_v2.cfg \
	%D%/validation/fused_layers.cfg \
	%D%/validation/plan.cfg %D%/validation/systolic_cycles.cfg \
	%D%/validation/textbook_counts.cfg %D%/validation/textbook_reuse.cfg \
	%D%/validation/tpu_v1_counters.cfg \
	%D%/validation/sram_cacti.csv
gtkwavedir = $(pkgdatadir)/gtkwave
dist_gtkwave_DATA = %D%/gtkwave/dram_command.txt \
	%D%/gtkwave/bank_state.txt %D%/gtkwave/dram_transfer.txt %D%/gtkwave/network_state.txt \
	%D%/gtkwave/pe_state.txt
energydir = $(pkgdatadir)/energy
dist_energy_DATA = %D%/energy/45nm.cfg \
	%D%/energy/65nm_components.cfg %D%/energy/45nm_components.cfg \
	%D%/energy/32nm_components.cfg %D%/energy/28nm_components.cfg \
	%D%/energy/22nm_components.cfg %D%/energy/16nm_components.cfg \
	%D%/energy/45nm_horowitz.cfg \
	%D%/energy/45nm_rough.cfg %D%/energy/45nm_instructions.cfg \
	%D%/energy/eyeriss_normalized.cfg
accessesdir = $(pkgdatadir)/accesses
dist_accesses_DATA = %D%/accesses/weights_apart.txt \
	%D%/accesses/weights_at_once.txt %D%/accesses/weights_in_pairs.txt
EXTRA_DIST += %D%/validation/gemmini_rtl.py %D%/mappings/make_conv1d.py \
	%D%/networks/cnn_layers.csv %D%/networks/make_networks.py \
	%D%/networks/make_graphs.py %D%/networks/graph_text.py \
	%D%/networks/graph_transformers.py \
	%D%/energy/make_components.py
dist_pkgdata_SCRIPTS = %D%/sweep_array.py
experimentsdir = $(pkgdatadir)/experiments
dist_experiments_DATA = %D%/experiments/experiment.py \
	%D%/experiments/reuse_steps.cfg %D%/experiments/ws_n_of_m.cfg
dist_experiments_SCRIPTS = %D%/experiments/array_shape.py \
	%D%/experiments/batch_dram.py %D%/experiments/buffer_split.py \
	%D%/experiments/reuse_steps.py

# The row-stationary paper's comparison, with an architecture for each.
dist_experiments_DATA += %D%/experiments/isca16.cfg \
	%D%/experiments/isca16_nlr.cfg %D%/experiments/isca16_osa.cfg \
	%D%/experiments/isca16_osa_nests.cfg \
	%D%/experiments/isca16_osb.cfg %D%/experiments/isca16_osc.cfg \
	%D%/experiments/isca16_rs.cfg %D%/experiments/isca16_ws.cfg
dist_experiments_SCRIPTS += %D%/experiments/isca16.py

# Each ends in a CSV, a figure and a paragraph, in ./experiments.
.PHONY: experiments
experiments: accelsim
	@if test "$(PLOT_PYTHON)" = no; then \
		echo "make: the experiments need a Python 3 with matplotlib;" \
			"on Debian and Ubuntu: apt-get install python3-matplotlib," \
			"then configure again" >&2; exit 1; fi
	@for script in $(dist_experiments_SCRIPTS); do \
		echo "$$script:"; ACCELSIM=$(abs_builddir)/accelsim \
		"$(PLOT_PYTHON)" $(srcdir)/$$script -o experiments || exit 1; done

# Pages and comparisons: `accelsim report`, `accelsim compare`, --format html.
seeingdir = $(pkgdatadir)/seeing
dist_seeing_DATA = %D%/seeing/__init__.py %D%/seeing/__main__.py \
	%D%/seeing/command.py %D%/seeing/compare.py %D%/seeing/documents.py \
	%D%/seeing/mappings.py %D%/seeing/numbers.py %D%/seeing/page.js \
	%D%/seeing/page.py %D%/seeing/pictures.py %D%/seeing/rooflines.py \
	%D%/seeing/style.css %D%/seeing/svg.py %D%/seeing/sweeps.py \
	%D%/seeing/timelines.py %D%/seeing/waves.py

# Files of other tools: `accelsim import` runs the package.
importersdir = $(pkgdatadir)/importers
dist_importers_DATA = %D%/importers/__init__.py %D%/importers/__main__.py \
	%D%/importers/accelergy.py %D%/importers/accelforge_arch.py \
	%D%/importers/accelforge_mapping.py \
	%D%/importers/accelforge_workload.py \
	%D%/importers/braces_source.py %D%/importers/command.py \
	%D%/importers/compare.py \
	%D%/importers/dram_parts.py %D%/importers/einsum_layer.py \
	%D%/importers/export_sizes.py %D%/importers/expression.py \
	%D%/importers/formats.py %D%/importers/gamma_model.py \
	%D%/importers/ini_source.py %D%/importers/maestro.py \
	%D%/importers/maestro_hw.py %D%/importers/maestro_nest.py \
	%D%/importers/names.py \
	%D%/importers/nest_letters.py \
	%D%/importers/onnx_axes.py %D%/importers/onnx_graph.py \
	%D%/importers/onnx_layers.py %D%/importers/onnx_mac_nodes.py \
	%D%/importers/onnx_model.py %D%/importers/onnx_moves.py \
	%D%/importers/onnx_patterns.py \
	%D%/importers/onnx_reshapes.py %D%/importers/onnx_shapes.py \
	%D%/importers/onnx_values.py %D%/importers/onnx_vector_nodes.py \
	%D%/importers/onnx_wire.py \
	%D%/importers/own_machine.py %D%/importers/own_mapping.py \
	%D%/importers/own_network.py %D%/importers/said.py \
	%D%/importers/scalesim_config.py \
	%D%/importers/scalesim_topology.py %D%/importers/source.py \
	%D%/importers/timeloop.py %D%/importers/timeloop_counts.py \
	%D%/importers/timeloop_levels.py %D%/importers/timeloop_stats.py \
	%D%/importers/timeloop_listed.py \
	%D%/importers/timeloop_machine.py \
	%D%/importers/timeloop_map_text.py \
	%D%/importers/timeloop_mapping.py \
	%D%/importers/timeloop_problem.py %D%/importers/transposed.py \
	%D%/importers/tree.py %D%/importers/without_place.py \
	%D%/importers/write_accelergy.py \
	%D%/importers/write_energy.py %D%/importers/write_graph.py \
	%D%/importers/write_timeloop_map.py \
	%D%/importers/write_machine.py \
	%D%/importers/write_mapping.py %D%/importers/write_network.py \
	%D%/importers/write_part.py %D%/importers/write_scalesim.py \
	%D%/importers/write_timeloop.py %D%/importers/yaml_source.py \
	%D%/importers/zigzag_hardware.py %D%/importers/zigzag_mapping.py \
	%D%/importers/zigzag_workload.py

# Constraints of `map --dataflow nest`, dataflows of chips.
constraintsdir = $(pkgdatadir)/constraints
dist_constraints_DATA = %D%/constraints/eyeriss.cfg \
	%D%/constraints/nvdla.cfg %D%/constraints/shidiannao.cfg \
	%D%/constraints/simba.cfg %D%/constraints/tpu.cfg
