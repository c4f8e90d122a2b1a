X(fcfs)
X(frfcfs)
X(frfcfs_rowhit)
