# SPDX-License-Identifier: BSD-3-Clause
"""The CUDA device that is measured, as the driver's library describes it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

MAJOR, MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_...


@dataclass(frozen=True)
class Device:
    name: str
    capability: tuple[int, int]
    memory: int  # bytes
    driver: int  # the newest CUDA that it knows, 13000 for 13.0

    @property
    def architecture(self) -> str:
        """As CMake and nvcc want it."""
        return f"{self.capability[0]}{self.capability[1]}"

    def __str__(self) -> str:
        return (f"{self.name}, compute capability {self.capability[0]}.{self.capability[1]}, "
                f"{self.memory / 2**30:.0f} GiB, driver for CUDA {self.driver // 1000}."
                f"{self.driver % 1000 // 10}")


def find_device(library: ctypes.CDLL | None = None) -> Device | None:
    """The first device that CUDA_VISIBLE_DEVICES leaves; None where there is none, or no driver."""
    try:
        cuda = library or ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    count, device, driver = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    major, minor = ctypes.c_int(), ctypes.c_int()
    memory, name = ctypes.c_size_t(), ctypes.create_string_buffer(256)
    if (cuda.cuInit(0) or cuda.cuDeviceGetCount(ctypes.byref(count)) or count.value < 1
            or cuda.cuDeviceGet(ctypes.byref(device), 0)
            or cuda.cuDeviceGetName(name, len(name), device)
            or cuda.cuDeviceTotalMem_v2(ctypes.byref(memory), device)
            or cuda.cuDriverGetVersion(ctypes.byref(driver))
            or cuda.cuDeviceGetAttribute(ctypes.byref(major), MAJOR, device)
            or cuda.cuDeviceGetAttribute(ctypes.byref(minor), MINOR, device)):
        return None
    return Device(name.value.decode(), (major.value, minor.value), memory.value, driver.value)
