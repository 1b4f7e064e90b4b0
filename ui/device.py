"""The one switch for the GPU: below the settings, kept for the session, in no link."""

import streamlit as st

from engine.device import Device
from runtime import server
from ui.language import say
from ui.visit import visit

KEY = "gpu"  # the widget's


def switch() -> Device:
    """The device that torch topics compute on. Without a GPU the switch is off and says why."""
    device, told = server.running()[0].gpu
    there = device != "cpu"
    wanted = bool(st.session_state.get(KEY, visit().gpu_wanted))
    st.session_state[KEY] = wanted and there
    on = st.toggle(say("gpu"), key=KEY, disabled=not there)
    st.caption(say("gpu_there", name=told) if there else say(f"gpu_{told}"))
    visit().gpu_wanted = wanted if not there else on
    return device if on and there else "cpu"
