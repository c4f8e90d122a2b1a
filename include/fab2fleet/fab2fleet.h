/* fab2fleet.h - the whole public API. Read ARCHITECTURE.md for how the parts follow from each other. */
#ifndef F2F_FAB2FLEET_H
#define F2F_FAB2FLEET_H

#include "fab2fleet/arena.h"
#include "fab2fleet/calibrate.h"
#include "fab2fleet/catalog.h"
#include "fab2fleet/chip_class.h"
#include "fab2fleet/cost.h"
#include "fab2fleet/device.h"
#include "fab2fleet/diag.h"
#include "fab2fleet/doc.h"
#include "fab2fleet/dtype.h"
#include "fab2fleet/engine.h"
#include "fab2fleet/explore.h"
#include "fab2fleet/fab.h"
#include "fab2fleet/hardware.h"
#include "fab2fleet/machine.h"
#include "fab2fleet/making.h"
#include "fab2fleet/model.h"
#include "fab2fleet/parallel.h"
#include "fab2fleet/plan.h"
#include "fab2fleet/program.h"
#include "fab2fleet/range.h"
#include "fab2fleet/record.h"
#include "fab2fleet/report.h"
#include "fab2fleet/serve.h"
#include "fab2fleet/status.h"
#include "fab2fleet/study.h"
#include "fab2fleet/traffic.h"
#include "fab2fleet/train.h"
#include "fab2fleet/validate.h"

#endif
