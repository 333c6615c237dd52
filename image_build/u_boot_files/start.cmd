# Which of two systems starts: the rule of image_build/boot_slots.py (read, start), in U-Boot's shell.
# committed.env names the proven one, slots.env says what the other one is: a sector each, with a checksum.
# A trial's try is taken, written and read back before anything of that system is loaded.
test -n "${devtype}" || setenv devtype mmc
test -n "${devnum}" || setenv devnum 0
setenv first "${devtype} ${devnum}:1"
setenv at ${kernel_addr_r}
setexpr again ${at} + 1000

setenv committed
if load ${first} ${at} committed.env && test "${filesize}" = 200; then
	env import -c ${at} 200 committed
fi
setenv named ${committed}
setenv committed
setenv other
setenv tries_left
if load ${first} ${at} slots.env && test "${filesize}" = 200; then
	env import -c ${at} 200 committed other tries_left
fi

setenv proven a
test -n "${committed}" && setenv proven ${committed}
test -n "${named}" && setenv proven ${named}
setenv second b
test ${proven} = b && setenv second a
# older than the committed one: the power went between the two writes of a commit, so the other one was good
if test -n "${committed}"; then
	test ${committed} = ${proven} || setenv other good
fi

# the committed system; behind it the other one where that was good too, should the first not be readable
setenv order ${proven}
test x${other} = xgood && setenv order "${proven} ${second}"
if test x${named} = x${proven} && test x${other} = xtrial && test ${tries_left} != 0; then
	setexpr tries_left ${tries_left} - 1
	env export -c -s 200 ${at} committed other tries_left
	if fatwrite ${first} ${at} slots.env 200 && load ${first} ${again} slots.env && cmp.b ${at} ${again} 200; then
		setenv order "${second} ${proven}"
	fi
fi

for slot in ${order}; do
	echo "border-kiosk: system ${slot}"
	setenv part "${devtype} ${devnum}:2"
	test ${slot} = b && setenv part "${devtype} ${devnum}:3"
	# cmdline.txt has no name by which it could be imported: "line=" is laid before it
	setenv line 0
	env export -t ${at} line
	setexpr text ${at} + 5
	if load ${part} ${again} cmdline.txt && cp.b ${again} ${text} ${filesize} && setexpr size ${filesize} + 5 && env import -t ${at} ${size} line && load ${part} ${ramdisk_addr_r} initrd.img; then
		setenv bootargs "${line} kiosk.slot=${slot}"
		setenv size ${filesize}
		setenv tree ${fdt_addr}
		if test -n "${fdtfile}" && load ${part} ${fdt_addr_r} ${fdtfile}; then setenv tree ${fdt_addr_r}; fi
		load ${part} ${kernel_addr_r} vmlinuz && booti ${kernel_addr_r} ${ramdisk_addr_r}:${size} ${tree}
	fi
done
echo "border-kiosk: no system can be read; starting again"
sleep 10
reset
